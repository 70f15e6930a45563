"""Who may answer for a service, as Airflow's auth manager knows them."""

from include.domain.errors import BadInput
from include.domain.service import Service

SIMPLE = "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager"


def approvers(service: Service) -> list[str]:
    """The ids of the declared users, and of those who have a declared role; none where the roles of `permissions` alone
    decide, which Airflow asks for by itself. BadInput where nobody is left who could answer, or the roles cannot be
    known."""
    weekly = service.weekly
    users = dict.fromkeys((*weekly.users, *(_with(weekly.roles) if weekly.roles else ())))
    if not users and not service.permissions:
        raise BadInput(f"weekly.roles: no user of Airflow has the role {' or '.join(weekly.roles)}: nobody could "
                       "answer")
    return list(users)


def _with(roles: tuple[str, ...]) -> list[str]:
    """Only the simple auth manager says in its settings who has which role; others keep that to the API server."""
    from airflow.sdk.configuration import conf

    manager = conf.get("core", "auth_manager")
    if manager != SIMPLE:
        raise BadInput(f"weekly.roles: who has a role cannot be asked of {manager}: name them as weekly.users, or the "
                       "roles as permissions.approve")
    declared = [user.split(":") for user in conf.getlist("core", "simple_auth_manager_users")]
    wanted = {role.casefold() for role in roles}
    return [user for user, role, *_ in declared if role.casefold() in wanted]
