"""The in-memory world: regions under load, the twins of all ports, and one clock that only tests move."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from include.domain.declared.environments import PROD
from include.domain.looks import Look, Wait
from include.domain.service import Service
from tests.world.alarms import InMemoryAlarms
from tests.world.branches import InMemoryBranches, InMemoryMerges
from tests.world.clusters import InMemoryClusters
from tests.world.code import InMemoryImages
from tests.world.crash import Executioner, Killed, Mortal
from tests.world.declared import REGIONS, service
from tests.world.gates import InMemoryGate
from tests.world.instances import InMemoryInstances
from tests.world.limits import InMemoryLimits
from tests.world.load import InMemoryLoad
from tests.world.metrics import InMemoryMetrics
from tests.world.physics import tick
from tests.world.records import (
    InMemoryArchive,
    InMemoryChat,
    InMemoryLeases,
    InMemoryMeter,
    InMemoryRuns,
    InMemoryTickets,
)
from tests.world.region import Behaviour, Group, Region, TargetGroup
from tests.world.requests import Served, exchange, measurements
from tests.world.traffic import InMemoryTraffic

START = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)
INSTANT = 0.05      # seconds of load that meet every change on its own, so that no gap is too short to be seen
PATIENCE = 3600     # seconds until a test's wait is a failure


class World:
    """Everything outside, in memory. `world.log` tells what happened, one sentence a line. Where `tells_instances`,
    the metric store has what each instance did, too."""

    def __init__(self, declared: Service | None = None, size: int = 4, load_rps: float = 100, environment: str = PROD,
                 beside: "World | None" = None):
        self.now, self.environment = START, environment
        self.service = (declared or service()).within(environment)
        self.elsewhere: dict[str, World] = {}
        self.log: list[str] = []
        self.executioner, self.runs_again, self.dead_seconds = Executioner(), True, 0.0
        self.noise, self.on_tick = Random(7), bool
        self.tells_instances = False
        names = tuple(here.region for here in self.service.environments[environment].regions)
        self.regions = {name: Region(name) for name in names}
        self._share(beside)
        self.gates = {gate.name: InMemoryGate(gate.name, self.service.lasts(minutes=gate.limit_minutes), self.clock)
                      for gate in self.service.gates}
        self.metrics = {name: InMemoryMetrics(self.service.metrics.step_seconds) for name in names}
        self.clusters = {name: InMemoryClusters(region, self.clock, partial(self._changed, region))
                         for name, region in self.regions.items()}
        self.traffic = {name: InMemoryTraffic(region, partial(self._changed, region))
                        for name, region in self.regions.items()}
        self.limits = {name: InMemoryLimits(region) for name, region in self.regions.items()}
        self.instances = {name: InMemoryInstances(region, self.images.commit_of)
                          for name, region in self.regions.items()}
        self.load_makers = {name: InMemoryLoad(region, self._passes, self.instances[name].said)
                            for name, region in self.regions.items()}
        self.alarms = {name: InMemoryAlarms() for name in names}
        self._furnish(size)
        self.advance(10)
        self.load = load_rps
        self.advance(90)
        assert not self.lost, self.losses

    def beside(self, environment: str, size: int = 2, load_rps: float = 20) -> "World":
        """Another declared environment of the same service: the same repository, AMIs, archive and clock."""
        other = World(self.service, size, load_rps, environment, beside=self)
        self.advance((other.now - self.now).total_seconds())
        self.elsewhere[environment] = other
        return other

    def _share(self, other: "World | None") -> None:
        """What all environments have in common."""
        self.branches = other.branches if other else InMemoryBranches(START)
        self.images = other.images if other else InMemoryImages(self.service.service, self.service.every_region)
        self.merges = InMemoryMerges(self.branches)
        self.archive = other.archive if other else InMemoryArchive()
        self.leases = other.leases if other else InMemoryLeases()
        self.chat = other.chat if other else InMemoryChat()
        self.meter = other.meter if other else InMemoryMeter()
        self.tickets = other.tickets if other else InMemoryTickets()
        self.dag_runs = other.dag_runs if other else InMemoryRuns()
        self.now = other.now if other else START

    def _furnish(self, size: int) -> None:
        """`api-prod-v041` on the first commit, in every region."""
        first = self.images.add(self.branches.head("prod"), "prod")
        cluster = f"api-{self.environment}"
        for name, region in self.regions.items():
            arn = region.arn(cluster)
            region.target_groups[arn] = TargetGroup(arn, cluster)
            region.weights = {arn: 100}
            region.groups[f"{cluster}-v041"] = Group(
                f"{cluster}-v041", self.now - timedelta(days=7), first.ids[name], "lt-1", "1", (arn,),
                max_size=size * 2, min_size=size // 2, desired=size, scaling={"cpu", "night"})

    @property
    def load(self) -> float:
        """Requests per second of each region."""
        return max(region.load_rps for region in self.regions.values())

    @load.setter
    def load(self, rps: float) -> None:
        for region in self.regions.values():
            region.load_rps = rps

    @property
    def lost(self) -> float:
        """Requests that nobody answered, in all regions."""
        return sum(region.lost for region in self.regions.values())

    @property
    def losses(self) -> list[str]:
        return [loss for region in self.regions.values() for loss in region.losses]

    def behaves(self, commit: str, behaviour: Behaviour) -> None:
        """Instances of this commit's AMI do so, in every region."""
        for region in self.regions.values():
            ids = (self.images.find(commit) or self.images.add(commit, "prod")).ids
            region.behaviours[ids[region.name]] = behaviour

    def dies(self, region: str, asg: str) -> None:
        """One more instance of the ASG stops answering."""
        next(machine for machine in self.regions[region].groups[asg].machines if machine.alive).alive = False

    def changes(self, region: str, asg: str, behaviour: Behaviour) -> None:
        """The instances that the ASG has do something else from now on."""
        for machine in self.regions[region].groups[asg].machines:
            machine.behaviour = behaviour

    def advance(self, seconds: float) -> None:
        """Time passes, a whole second at a time."""
        until = self.now + timedelta(seconds=seconds)
        while self.now < until:
            now = min(until, self.now + timedelta(seconds=1))
            for place in (self, *self.elsewhere.values()):
                place.passes(now)
            self.on_tick()

    def passes(self, now: datetime) -> None:
        """A second in which nobody does anything but serve."""
        self.now = now
        for region in self.regions.values():
            tick(region, now)
            served = exchange(region, 1, f"{now:%H:%M:%S}")
            for asg in region.groups:
                self._measure(region, asg, served.get(asg, Served()))

    def _measure(self, region: Region, asg: str, served: Served) -> None:
        store, second = self.metrics[region.name], self.now - timedelta(seconds=1)
        store.write(asg, second, measurements(served, self.noise))
        machines = region.groups[asg].in_state("InService") if self.tells_instances else []
        for machine in machines:
            part = Served(served.requests / len(machines), served.errors / len(machines), served.p99_ms)
            store.write(asg, second, measurements(part, self.noise), machine.id)

    def until(self, true: Callable[[], Any], seconds: int = PATIENCE) -> Any:
        """Let time pass until it is true; what it returned."""
        for _ in range(seconds):
            found = true()
            if found:
                return found
            self.advance(1)
        raise AssertionError(f"not true within {seconds} s")

    def ports(self, region: str = REGIONS[0]) -> dict[str, Any]:
        """Every port of one region, mortal, by the name that the steps' parameters have."""
        ports = {"clusters": self.clusters[region], "traffic": self.traffic[region], "metrics": self.metrics[region],
                 "limits": self.limits[region], "alarms": self.alarms[region], "images": self.images,
                 "instances": self.instances[region], "load": self.load_makers[region],
                 "branches": self.branches, "merges": self.merges,
                 "archive": self.archive, "leases": self.leases, "runs": self.dag_runs,
                 "tickets": self.tickets}
        return {name: Mortal(port, self.executioner, name) for name, port in ports.items()}

    def gate(self, name: str) -> Any:
        """The gate with this name, mortal."""
        return Mortal(self.gates[name], self.executioner, "gate")

    def mortal(self, ports: Mapping[str, Any], name: str) -> dict[str, Any]:
        """The same port of every region, mortal."""
        return {region: Mortal(port, self.executioner, name) for region, port in ports.items()}

    def look(self, since: datetime | None = None) -> Look:
        return Look(self.now, since or self.now)

    def run(self, step: Callable[[Look], Any], says: str, seconds: int = PATIENCE) -> Any:
        """What an operator does: look, wait, look again from the top, also after a death, until there is a value.

        With `world.runs_again` False a death is the end of the task; else it runs again `world.dead_seconds` later.
        """
        since, unseen, told = self.now, timedelta(), ""
        while self.now - since < timedelta(seconds=seconds):
            look = Look(self.now, since, unseen)
            try:
                answer = step(look)
            except Killed as death:
                self.tell(f"{says}: killed {death}")
                if not self.runs_again:
                    raise
                self.advance(self.dead_seconds)
                unseen += timedelta(seconds=self.dead_seconds)
                continue
            if not isinstance(answer, Wait):
                self.tell(f"{says}: done")
                return answer
            assert answer.next_look > look.now, f"{says}: a busy loop: {answer}"
            if _gist(answer.reason) != _gist(told):
                self.tell(f"{says}: waits: {answer.reason}")
            told = answer.reason
            self.advance((answer.next_look - self.now).total_seconds())
        raise AssertionError(f"{says}: still waits after {seconds} s: {told}")

    def tell(self, sentence: str) -> None:
        self.log.append(sentence)

    def _passes(self, seconds: float) -> None:
        self.advance(seconds)

    def clock(self) -> datetime:
        return self.now

    def _changed(self, region: Region, what: str) -> None:
        """Every change meets an instant of traffic of its own."""
        exchange(region, INSTANT, f"{self.now:%H:%M:%S} {what}")


def _gist(sentence: str) -> str:
    """The sentence without its numbers, so that a wait that counts is told once."""
    return re.sub(r"(i-[0-9a-f]+( \w+)?, )*i-[0-9a-f]+( \w+)?|[0-9]+", "#", sentence)
