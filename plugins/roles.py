"""`python -m plugins.roles`: makes the roles that the service files name, in Airflow's FAB auth manager, and gives each
the rights that its acts need; what else a role of these may do everywhere is taken away. Run again it changes nothing.

Which DAGs a role may touch, the DAGs themselves say: Airflow keeps that each time it reads them, and refuses to as long
as a role is not there.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from include.catalog import load_services
from include.domain.errors import BadInput
from include.domain.service import Service
from plugins.permissions import must_be_held

Right = tuple[str, str]
SEE: tuple[Right, ...] = (
    *(("can_read", what) for what in ("Website", "Plugins", "DAG Runs", "DAG Code", "DAG Dependencies", "DAG Versions",
                                      "DAG Warnings", "Task Instances", "Task Logs", "XComs", "HITL Detail", "Assets",
                                      "My Profile", "My Password")),
    *(("can_edit", what) for what in ("My Profile", "My Password")),
    *(("menu_access", what) for what in ("Browse", "DAGs", "DAG Runs", "Task Instances", "HITL Detail")))
END: tuple[Right, ...] = (("can_edit", "DAG Runs"), ("can_edit", "Task Instances"))
ANSWER: tuple[Right, ...] = (("can_edit", "HITL Detail"),)
# What Airflow asks of a role besides its right on the DAG. To start a run is a right on the DAG alone.
NEEDS: Mapping[str, tuple[Right, ...]] = MappingProxyType({
    "read": (), "push": END, "approve": ANSWER, "roll_back": END, "hold": (), "lift_veto": (), "squeeze": END,
    "deploy": END})
STARTS_ALL: frozenset[Right] = frozenset({("can_edit", "DAGs"), ("can_create", "DAG Runs")})
OF_ONE_DAG = ("DAG:", "DAG Run:")


def main(words: Sequence[str] | None = None) -> int:
    argparse.ArgumentParser("python -m plugins.roles", description=__doc__.partition("\n\n")[0]).parse_args(words)
    try:
        services = [service for service in load_services().values() if service.permissions]
        for service in services:
            must_be_held(service)
    except BadInput as wrong:
        print(f"error: {wrong}", file=sys.stderr)
        return 2
    if not services:
        print("no service declares permissions: Airflow's own roles decide, on every DAG")
        return 0
    with security() as known:
        for role, needed in wanted(services).items():
            print(made(known, role, needed))
        for role, users in beside(known, wanted(services)):
            print(f"{role} may start every DAG, whatever is declared: {', '.join(users)}")
    return 0


def wanted(services: Iterable[Service]) -> dict[str, set[Right]]:
    """Each role that any service names, and what it needs on every DAG that it may touch."""
    found: dict[str, set[Right]] = {}
    for declared in (service.permissions for service in services):
        for role in declared.roles:
            needed = (right for act in declared.acts_of(role) for right in NEEDS[act])
            found.setdefault(role, set(SEE)).update(needed)
    return found


def made(security: Any, role: str, needed: set[Right]) -> str:
    """The role has these rights and, but for those on single DAGs, no other; what was done for it."""
    there = security.find_role(role)
    is_new, there = there is None, there or security.add_role(role)
    has = {(one.action.name, one.resource.name): one for one in there.permissions}
    missing = needed - set(has)
    surplus = [right for right in set(has) - needed if not right[1].startswith(OF_ONE_DAG)]
    for action, resource in sorted(missing):
        security.add_permission_to_role(there, security.create_permission(action, resource))
    for right in surplus:
        security.remove_permission_from_role(there, has[right])
    if is_new:
        return f"{role} is made, with {len(needed)} rights"
    changed = f"{role} got {len(missing)} rights, and lost {len(surplus)}"
    return changed if missing or surplus else f"{role} is as it was"


def beside(security: Any, ours: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Other roles, but for the administrators', that may start every DAG, where anybody has them."""
    for role in security.get_all_roles():
        rights = {(one.action.name, one.resource.name) for one in role.permissions}
        users = sorted(user.username for user in role.user)
        if role.name not in (*ours, "Admin") and rights >= STARTS_ALL and users:
            yield role.name, users


@contextmanager
def security() -> Iterator[Any]:
    from airflow.providers.fab.www.security_appless import ApplessAirflowSecurityManager
    from airflow.utils.session import create_session

    with create_session() as session:
        yield ApplessAirflowSecurityManager(session=session)


if __name__ == "__main__":
    sys.exit(main())
