"""One region of the in-memory world as it stands: ASGs, machines, target groups, the listener. No physics here."""

from dataclasses import dataclass, field
from datetime import datetime

from include.domain.launch_template import TemplateVersion
from include.domain.scaling.policies import Policy

ZONES = "abc"


@dataclass(frozen=True)
class Times:
    """How long things take in the world, in seconds."""

    launch: int = 3
    health_check: int = 2
    drain: int = 4
    terminate: int = 2
    grace: int = 6


@dataclass(frozen=True)
class Behaviour:
    """What the instances of one AMI do. `prod_*` shows only outside a canary: what a canary cannot find. What is more
    than they carry is lost, or waits for up to `waits_seconds`."""

    starts: bool = True
    error_percent: float = 0
    p99_ms: float = 80
    prod_error_percent: float = 0
    prod_p99_ms: float = 0
    carries_rps: float = 100
    waits_seconds: float = 0


@dataclass
class Machine:
    """One instance. `state` is Auto Scaling's; `alive` is whether it answers; `waiting` are requests in its queue."""

    id: str
    zone: str
    ami: str
    behaviour: Behaviour
    state: str = "Pending"
    seconds: int = 0
    healthy: bool = True
    alive: bool = True
    template_version: str = ""
    waiting: float = 0


@dataclass
class Group:
    """One ASG, changeable."""

    name: str
    created_at: datetime
    ami: str
    template: str
    template_version: str
    target_groups: tuple[str, ...]
    max_size: int
    min_size: int = 0
    desired: int = 0
    machines: list[Machine] = field(default_factory=list)
    suspended: set[str] = field(default_factory=set)
    tags: dict[str, str] = field(default_factory=dict)
    activities: list = field(default_factory=list)
    scaling: set[str] = field(default_factory=set)
    policies: dict[str, Policy] = field(default_factory=dict)   # those that are told by their values
    cause: str = ""     # why its desired size is what it is, as scaling activities say it
    deleting: bool = False

    def in_state(self, *states: str) -> list[Machine]:
        return [machine for machine in self.machines if machine.state in states]


@dataclass
class TargetState:
    """One registered target; `seconds` counts since the state began, `failing` the failed checks in a row."""

    state: str
    seconds: int = 0
    failing: int = 0


@dataclass
class TargetGroup:
    """One target group: instance id to state."""

    arn: str
    name: str
    targets: dict[str, TargetState] = field(default_factory=dict)


@dataclass
class Region:
    """All of it. `weights` is the listener: a target group that is not in it is never health-checked."""

    name: str
    times: Times = field(default_factory=Times)
    load_rps: float = 0
    groups: dict[str, Group] = field(default_factory=dict)
    target_groups: dict[str, TargetGroup] = field(default_factory=dict)
    weights: dict[str, int] = field(default_factory=dict)
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    no_capacity: str = ""
    addresses: int = 4000
    most_targets: int = 1000
    refused: list[str] = field(default_factory=list)
    gone_amis: set[str] = field(default_factory=set)
    versions: dict[str, list[TemplateVersion]] = field(default_factory=dict)    # of launch templates, by their ids
    room: int | None = None     # so many more instances can be launched; None: as many as are asked for
    served: float = 0
    lost: float = 0
    losses: list[str] = field(default_factory=list)
    made: int = 0

    def number(self) -> int:
        self.made += 1
        return self.made

    def arn(self, name: str) -> str:
        return f"arn:aws:elasticloadbalancing:{self.name}:123456789012:targetgroup/{name}/{self.number():016x}"

    def machine(self, instance: str) -> Machine | None:
        return next((m for g in self.groups.values() for m in g.machines if m.id == instance), None)

    def owner(self, instance: str) -> Group | None:
        return next((g for g in self.groups.values() if any(m.id == instance for m in g.machines)), None)

    def of(self, instance: str) -> list[tuple[TargetGroup, TargetState]]:
        """Where this instance is registered."""
        return [(tg, tg.targets[instance]) for tg in self.target_groups.values() if instance in tg.targets]

    def register(self, tg: TargetGroup, instance: str) -> None:
        if instance not in tg.targets or tg.targets[instance].state == "draining":
            tg.targets[instance] = TargetState("initial")

    def deregister(self, tg: TargetGroup, instance: str) -> None:
        target = tg.targets.get(instance)
        if target and tg.arn not in self.weights:
            del tg.targets[instance]
        elif target and target.state != "draining":
            tg.targets[instance] = TargetState("draining")

    def shown(self, tg: TargetGroup, target: TargetState) -> str:
        """The state that the load balancer would name."""
        return target.state if tg.arn in self.weights else "unused"
