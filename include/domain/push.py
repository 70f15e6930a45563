"""One push as data. The values are flat, frozen, and travel from task to task through XCom as themselves."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

WATCHER = "branch watcher"     # who started a push that no person started


class PushKind(StrEnum):
    """What started the push. A deploy goes to test, integration or staging, without a canary. A calibration and
    a squeeze push nothing: the one has canary and baseline both on the running AMI, the other finds what they carry."""

    PATCH = "patch"
    WEEKLY = "weekly"
    DEPLOY = "deploy"
    CALIBRATION = "calibration"
    SQUEEZE = "squeeze"


ALONE = (PushKind.CALIBRATION, PushKind.SQUEEZE)    # a canary and its baseline, and no push behind them


class PushEnd(StrEnum):
    """How a push ended. Superseded: it gave way to a newer commit, before it changed anything. FailureClean: nothing
    changed, or all undone. FailureDirty: a person is needed."""

    SUCCESS = "Success"
    SUPERSEDED = "Superseded"
    FAILURE_CLEAN = "FailureClean"
    FAILURE_DIRTY = "FailureDirty"


@dataclass(frozen=True)
class Push:
    """One AMI on its way to all regions of an environment. `ami` is the AMI's *name*, the same in every region (""
    until built). `previous` is where the branch stood before, by the oldest event that the watcher's run was started
    for."""

    id: str
    service: str
    environment: str
    kind: str
    commit: str
    branch: str
    ami: str
    reason: str
    started_by: str
    started_at: datetime
    previous: str = ""


@dataclass(frozen=True)
class RegionPlan:
    """What a push will do in one region. `ami` is the image id there; sizes are instances.

    `baseline_*` is how the baseline stood before anything was touched: a rollback puts that back. Processes (those that
    people suspended) and target groups (by name) are "+"-separated.
    `instance_rps` is what one instance is known to carry, requests per second (0 where nothing is known); `size_why`
    says what the size is made of. `scaling` is what the new ASG is to scale by and `scaling_before` what the baseline
    does, as tags have them ("" where nothing is changed); `scaling_said` says what that changes, a line each.
    """

    push_id: str
    service: str
    environment: str
    region: str
    commit: str
    ami: str
    baseline: str
    new: str
    size: int
    baseline_min: int
    baseline_max: int
    baseline_desired: int
    baseline_ami: str
    baseline_commit: str
    baseline_suspended: str
    baseline_target_groups: str
    instance_rps: float
    lease_token: int
    planned_at: datetime
    size_why: str = ""
    scaling: str = ""
    scaling_before: str = ""
    scaling_said: str = ""


@dataclass(frozen=True)
class PushRecord:
    """The end of a push, as the archive keeps it. `regions` are those that run the new AMI, comma-separated.

    `aws_calls` is how often its tasks called AWS; `aws_operations` tells of each operation, as `domain/aws_calls.py`
    writes it. `approved_by` let a weekly push into the regions ("" where nobody was asked).
    `previous` is the commit that ran before, and `commits` are those that came with this push, the newest
    first, comma-separated, 12 digits of each.
    """

    push_id: str
    service: str
    environment: str
    kind: str
    commit: str
    ami: str
    end: str
    reason: str
    regions: str
    score: float | None
    started_by: str
    started_at: datetime
    ended_at: datetime
    aws_calls: int = 0
    aws_operations: str = ""
    approved_by: str = ""
    approved_at: datetime | None = None
    previous: str = ""
    commits: str = ""


@dataclass(frozen=True)
class Event:
    """One thing that happened in a push. `state`: started, waits, done, failed, looked. `region` is "" for all."""

    push_id: str
    at: datetime
    task: str
    region: str
    state: str
    text: str
    score: float | None = None
