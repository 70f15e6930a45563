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


@dataclass(frozen=True)
class Canary:
    """A small ASG on the new AMI beside a fresh baseline of the same size on the running AMI."""

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


@dataclass(frozen=True)
class Verdict:
    """The score, 0 to 100, and what follows from it. `report` is the page's address in the archive ("" if none)."""

    push_id: str
    decision: str
    score: float
    reason: str
    metrics: int
    report: str = ""
