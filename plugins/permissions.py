"""Who may do what, as Airflow's FAB auth manager knows it: the one that reads what a DAG says of it."""

from include.domain.declared.environments import PROD
from include.domain.errors import BadInput
from include.domain.permissions import Right, rights
from include.domain.service import Service

FAB = "FabAuthManager"      # by which Airflow's DAG processor itself decides whether it keeps what a DAG says
_DAG = {Right.READ: {"can_read"}, Right.CHANGE: {"can_read", "can_edit"}, Right.START: {"can_read", "can_edit"}}


def may(service: Service, verb: str, environment: str = PROD) -> dict[str, dict[str, set[str]]] | None:
    """The `access_control` of the DAG; None, which leaves it to the rights that roles have on every DAG, where nothing
    is declared."""
    if service.permissions is None:
        return None
    return {role: {"DAGs": _DAG[right]} | ({"DAG Runs": {"can_read", "can_create"}} if right == Right.START else {})
            for role, right in rights(service.permissions, verb, environment).items()}


def must_be_held(service: Service) -> None:
    """BadInput where the auth manager passes over what the service declares."""
    from airflow.sdk.configuration import conf

    manager = conf.get("core", "auth_manager")
    if service.permissions is not None and FAB not in manager:
        raise BadInput(f"{service.service}: permissions: {manager} passes over the rights on a single DAG, and whoever "
                       "may start any could push: use the FAB auth manager, or leave permissions out")
