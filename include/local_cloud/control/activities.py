"""Scaling activities: what an ASG did, why, and how it ended, as DescribeScalingActivities tells it."""

import uuid
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

KEPT = 200


@dataclass
class Activity:
    asg: str
    description: str
    cause: str
    started_at: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = "InProgress"
    progress: int = 30
    message: str = ""
    ended_at: float | None = None

    def ends(self, status: str, now: float, message: str = "") -> None:
        self.status, self.progress, self.message, self.ended_at = status, 100, message, now

    @property
    def in_progress(self) -> bool:
        return self.ended_at is None

    def shown(self) -> dict[str, Any]:
        shown = {"ActivityId": self.id, "AutoScalingGroupName": self.asg, "Description": self.description,
                 "Cause": self.cause, "StartTime": _instant(self.started_at), "StatusCode": self.status,
                 "Progress": self.progress, "Details": "{}"}
        if self.message:
            shown["StatusMessage"] = self.message
        if self.ended_at is not None:
            shown["EndTime"] = _instant(self.ended_at)
        return shown


def new_history() -> deque[Activity]:
    return deque(maxlen=KEPT)


def stamp(now: float) -> str:
    """The instant as causes name it."""
    return _instant(now).strftime("%Y-%m-%dT%H:%M:%SZ")


def _instant(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC).replace(tzinfo=None)
