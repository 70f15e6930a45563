"""An ASG, its instances and its targets as plain values, the same from AWS and from the in-memory world."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Instance:
    """One instance of an ASG. `state` is Auto Scaling's lifecycle state; `healthy` is its HealthStatus;
    `template_version` is the number that it was launched from, empty where AWS does not say."""

    id: str
    state: str
    healthy: bool
    zone: str
    template_version: str = ""

    @property
    def in_service(self) -> bool:
        return self.state == "InService" and self.healthy


@dataclass(frozen=True)
class Asg:
    """One ASG as it stands. `target_groups` are ARNs; `template` is the launch template's id and pinned version."""

    name: str
    created_at: datetime
    min_size: int
    max_size: int
    desired: int
    instances: tuple[Instance, ...]
    target_groups: tuple[str, ...]
    ami: str
    template: str
    template_version: str
    suspended: frozenset[str] = frozenset()
    tags: Mapping[str, str] = field(default_factory=dict)
    deleting: bool = False

    @property
    def in_service(self) -> int:
        return sum(instance.in_service for instance in self.instances)


@dataclass(frozen=True)
class NewAsg:
    """What to create: an ASG shaped like `like` (subnets, health check, hooks, target groups), at size 0, on `ami`.

    `target_groups` replaces those of `like` when given (canary and baseline have their own).
    """

    name: str
    like: str
    ami: str
    max_size: int
    tags: Mapping[str, str]
    target_groups: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Target:
    """One target of a target group: `state` is initial, healthy, unhealthy, draining, unused or unavailable."""

    instance: str
    state: str
    reason: str = ""


@dataclass(frozen=True)
class Activity:
    """One scaling activity. `progress` is 0 to 100; `message` and `cause` are AWS's own, word for word; `launched` is
    the id of the instance that it launches, empty where it does something else or has none yet."""

    id: str
    status: str
    message: str
    started_at: datetime
    progress: int
    cause: str = ""
    launched: str = ""

    @property
    def in_progress(self) -> bool:
        return self.status not in {"Successful", "Failed", "Cancelled"}

    @property
    def waits_for_hook(self) -> bool:
        """The instance is held by a lifecycle hook, perhaps for hours: before its targets are added, or after."""
        return self.status == "MidLifecycleAction"
