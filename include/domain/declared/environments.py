"""Where a service runs, as it declares it, and which branch's commits run there."""

from typing import Annotated

from pydantic import Field

from include.domain.declared.red_black import RedBlackPlan
from include.domain.settings import Settings, Some

PROD = "prod"
# Each of the three branches, and the environments that its commits go to.
GOES_TO = {"test": ("test",), "release": ("integration", "staging"), "prod": (PROD,)}
RoleName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_+=,.@/-]+$", max_length=512)]   # with its path
TargetGroupName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,32}$")]
ENVIRONMENTS = tuple(name for names in GOES_TO.values() for name in names)


class RegionSettings(Settings):
    """Where the service runs in one region: the listener whose weights we move, the target group of the cluster,
    and the alarms that must be quiet."""

    region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
    markets: tuple[str, ...] = ()
    load_balancer: str
    listener_port: int = 80
    target_group: str
    alarms: tuple[str, ...] = ()


class MayUse(Settings):
    """What a new ASG takes over from the one that runs, and AWS asks the role of the push for: the IAM roles of its
    instances, those of its lifecycle hooks, and target groups beside the declared one, all by name. Only the policies
    that `include.iam` prints are made of it: no push reads it."""

    instance_roles: tuple[RoleName, ...] = ()
    hook_roles: tuple[RoleName, ...] = ()
    target_groups: tuple[TargetGroupName, ...] = ()


class Environment(Settings):
    """One environment: its Airflow AWS connection and its regions, in push order. `red_black` is what is otherwise
    there than in prod: a key that it does not give is as in the service's own `red_black`."""

    connection: str
    regions: Annotated[tuple[RegionSettings, ...], Some]
    red_black: RedBlackPlan | None = None
    may_use: MayUse = MayUse()


class VersionCheck(Settings):
    """Where each instance says which commit it runs: in a header of its answer, or in the body. 7 hex digits do."""

    port: Annotated[int, Field(ge=1, le=65_535)]
    path: Annotated[str, Field(pattern=r"^/[!-~]*$")] = "/version"
    header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]*$")] = ""
