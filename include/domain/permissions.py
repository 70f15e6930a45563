"""What each act of a person may do to each DAG of a service: one table. Pure."""

from enum import IntEnum
from types import MappingProxyType

from include.domain.declared.environments import PROD
from include.domain.declared.permissions import Permissions


class Right(IntEnum):
    """On one DAG. Each has those before it. To Airflow, who may change a DAG's runs may pause it, too."""

    READ = 1        # see it, its runs and its logs
    CHANGE = 2      # end a run, clear a task, answer what it asks, pause it; each kind is a right of the role besides
    START = 3       # start a run of it


# By the part of a DAG's name behind the service's. Outside of prod every DAG is for `deploy`.
ACTS = MappingProxyType({
    "push": {"patch_push": Right.START, "weekly_push": Right.START, "merge_back": Right.START},
    "approve": {"weekly_push": Right.CHANGE},
    "roll_back": {"roll_back": Right.START, "keep": Right.START, "repair": Right.START,
                  "patch_push": Right.CHANGE, "weekly_push": Right.CHANGE},
    "hold": {"hold": Right.START, "resume": Right.START},
    "lift_veto": {"lift_veto": Right.START},
    "squeeze": {"squeeze": Right.START, "calibrate": Right.START, "report_now": Right.START},
    "deploy": {"test_deploy": Right.START, "release_deploy": Right.START},
})


def rights(declared: Permissions, verb: str, environment: str = PROD) -> dict[str, Right]:
    """Each declared role, and what it may do to the DAG `<service>_<verb>`, or to that of another environment."""
    found = dict.fromkeys(declared.roles, Right.READ)
    for act in ACTS:
        right = right_of(act, verb, environment)
        for role in getattr(declared, act) if right else ():
            found[role] = max(found[role], right)
    return found


def right_of(act: str, verb: str, environment: str = PROD) -> Right | None:
    if environment == PROD:
        return ACTS[act].get(verb)
    return Right.START if act == "deploy" else None
