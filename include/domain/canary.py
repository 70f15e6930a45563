"""The canary and what is said of it, as data."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Decision(StrEnum):
    """The last two never promote by themselves."""

    GO = "go"
    NO_GO = "no-go"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"


MOST_LOAD_PERCENT = 150     # of what one instance of prod gets


def too_much(share_percent: int, size: int, in_service: int) -> str | None:
    """Why `size` instances would break under their share of what so many in service carry, or None: that would harm
    users, and tell nothing of the new AMI."""
    if share_percent * in_service <= size * MOST_LOAD_PERCENT:
        return None
    needed, times = -(-share_percent * in_service // 100), share_percent * in_service / (100 * size)
    return (f"{share_percent} % of the traffic would give each of {size} {times:.1f} times the load of one of the "
            f"{in_service} in service: {needed} are needed, or a smaller share")


@dataclass(frozen=True)
class Canary:
    """A small ASG on the new AMI beside a fresh baseline of the same size on the running AMI. `running_asg` is the one
    that serves prod meanwhile ("" where it is not known); `zones` says where each instance was when it was launched, as
    "i-1=us-east-1a+i-2=us-east-1b"."""

    push_id: str
    service: str
    environment: str
    region: str
    commit: str
    canary_asg: str
    baseline_asg: str
    size: int
    share_percent: int
    launched_at: datetime
    bake_until: datetime
    running_asg: str = ""
    zones: str = ""

    def zone_of(self, instance: str) -> str:
        """"" for an instance that came later."""
        return dict(pair.split("=", 1) for pair in self.zones.split("+") if "=" in pair).get(instance, "")


@dataclass(frozen=True)
class Verdict:
    """The score, 0 to 100, and what follows from it. `report` is the page's address in the archive ("" if none)."""

    push_id: str
    decision: str
    score: float
    reason: str
    metrics: int
    report: str = ""
