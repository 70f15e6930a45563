"""What this process knows beside moto: the lock, the clock, the faults, the disks, and one `Region` per region used.

moto keeps its backends per process, so there is one world per process, and `here()` is it.
"""

import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from moto.autoscaling.models import AutoScalingBackend, autoscaling_backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ec2.models import EC2Backend, ec2_backends
from moto.elbv2.models import ELBv2Backend, elbv2_backends

from include.local_cloud.control.durations import Durations
from include.local_cloud.control.faults import Faults


@dataclass(frozen=True)
class Disk:
    """What an AMI or an instance carries: a commit of a repository, and how it behaves."""

    repository: str
    commit: str
    behaviour: dict[str, Any]


@dataclass
class Region:
    """One region's backends, and what moto has no place for."""

    name: str
    ec2: EC2Backend
    autoscaling: AutoScalingBackend
    elbv2: ELBv2Backend
    disks: dict[str, Disk] = field(default_factory=dict)              # by AMI id
    loads: dict[str, dict[str, float]] = field(default_factory=dict)  # by ASG: the metrics that target tracking follows
    builds_done_at: dict[str, float] = field(default_factory=dict)    # by CodeBuild build
    build_tokens: dict[str, Any] = field(default_factory=dict)        # what was started with an idempotency token


@dataclass
class World:
    network: str
    durations: Durations
    assume_healthy: bool = False
    identity: str = field(default_factory=lambda: uuid.uuid4().hex)
    faults: Faults = field(default_factory=Faults)
    lock: threading.RLock = field(default_factory=threading.RLock)
    regions: dict[str, Region] = field(default_factory=dict)
    limits: dict[str, dict[str, int]] = field(default_factory=dict)   # by region: those that were set
    ticks: int = 0                # of the reconciler: a look at the world that came and went

    def region(self, name: str) -> Region:
        if name not in self.regions:
            backends = (ec2_backends, autoscaling_backends, elbv2_backends)
            self.regions[name] = Region(name, *(backend[DEFAULT_ACCOUNT_ID][name] for backend in backends))
        return self.regions[name]

    def now(self) -> float:
        return time.time()

    def lasts(self, seconds: float) -> float:
        return self.durations.lasts(seconds)


_worlds: list[World] = []


def settle_in(world: World) -> None:
    """Make it the world of this process."""
    _worlds[:] = [world]


def here() -> World:
    return _worlds[0]
