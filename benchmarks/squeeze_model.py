"""The in-memory world of the tests with the local cloud's model of an instance, request by request, on a clock that
runs as fast as the machine can: what a squeeze finds does not depend on how busy the machine is.
"""

import random
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import accumulate
from typing import Any

from benchmarks.squeeze_table import Cost, Squeezed, sides
from include.domain.service import Service
from include.local_cloud.behaviour import Behaviour, Stall
from include.local_cloud.data import calls
from include.local_cloud.data.capacity import Slots
from include.local_cloud.data.instance import service_seconds, stalls
from include.local_cloud.data.meters import percentiles
from include.local_cloud.data.routing import Turns, eligible
from tests.stories.flow import Flow
from tests.stories.squeezing import launched
from tests.world.declared import REGIONS, service
from tests.world.physics import tick
from tests.world.region import Machine, Region
from tests.world.world import World

SIZE, LOAD_RPS = 16, 500
STALL = Stall(every_seconds=60, seconds=1)
DECLARED = {"canary__bake_hours": 1, "canary__warm_up_minutes": 8, "canary__share_percent": 5,
            "red_black__instance_rps": 40,
            "squeeze": {"kind": "live", "max_share_percent": 60, "look_every_seconds": 1, "step_minutes": 40,
                        "limit_minutes": 10_000, "stop_ratio": 2, "cpu": "cpu.percent", "max_cpu_percent": 100}}
PATIENCE = 5.0      # seconds that the balancer waits for an instance: then the viewer gets a failure

_CUMULATIVE = list(accumulate(calls.WEIGHTS))
_CALLS = range(len(calls.WEIGHTS))


class ModelWorld(World):
    """`does` says what instances of an AMI do (its id), the others what `running` does. `answered` are (ASG, seconds)
    of all requests since it was last emptied."""

    def __init__(self, declared: Service, size: int, load_rps: float, running: Behaviour, seed: int):
        self.does: dict[str, Behaviour] = {}
        self.answered: list[tuple[str, float]] = []
        self._running, self._chance = running, random.Random(seed)
        self._slots: dict[str, tuple[Slots, float, Behaviour]] = {}
        self._turns: dict[tuple[tuple[str, int], ...], Turns] = {}
        self._next: Counter[str] = Counter()
        self._done: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
        super().__init__(declared, size, load_rps)

    def advance(self, seconds: float) -> None:
        until = self.now + timedelta(seconds=seconds)
        while self.now < until:
            self.now = min(until, self.now + timedelta(seconds=1))
            for region in self.regions.values():
                tick(region, self.now)
                self._second(region)
            self.on_tick()

    def _changed(self, region: Region, what: str) -> None:
        """Requests are sent second by second."""

    def _second(self, region: Region) -> None:
        began = self.now.timestamp() - 1
        at = began
        while region.load_rps and (at := at + self._chance.expovariate(region.load_rps)) < began + 1:
            self._send(region, at)
        for asg, group in region.groups.items():
            machines = [self._machine(machine, began) for machine in group.in_state("InService")]
            self._write(region.name, asg, [slots for slots, _, _ in machines], began)

    def _send(self, region: Region, at: float) -> None:
        weights = tuple(region.weights.items())
        group = self._turns.setdefault(weights, Turns(dict(weights))).next()
        ready = eligible({one: target.state for one, target in region.target_groups[group].targets.items()})
        if not ready:
            region.lost += 1
            region.losses.append(f"{self.now:%H:%M:%S} no target in {region.target_groups[group].name}")
            return
        self._next[group] += 1
        machine = region.machine(ready[self._next[group] % len(ready)])
        slots, since, behaviour = self._machine(machine, at)
        call = self._chance.choices(_CALLS, cum_weights=_CUMULATIVE)[0]
        taken = service_seconds(behaviour, call, self._chance)
        done = slots.take(at + stalls(behaviour.stall, at - since), taken)
        if self._chance.random() * 100 < behaviour.tail.percent:
            done += taken * (behaviour.tail.times - 1)
        asg = region.owner(machine.id).name
        self.answered.append((asg, done - at))
        self._done[asg][int(done)].append(1000 * (done - at))

    def _machine(self, machine: Machine, now: float) -> tuple[Slots, float, Behaviour]:
        if machine.id not in self._slots:
            behaviour = self.does.get(machine.ami, self._running)
            self._slots[machine.id] = Slots(behaviour.slots), now, behaviour
        return self._slots[machine.id]

    def _write(self, region: str, asg: str, machines: list[Slots], began: float) -> None:
        latencies = self._done[asg].pop(int(began), [])
        late = sum(latency > 1000 * PATIENCE for latency in latencies)
        values: dict[str, Any] = {"requests.all": len(latencies), "errors.all": late}
        if machines:
            values["cpu.percent"] = 100 * sum(one.busy_share(began, began + 1) for one in machines) / len(machines)
        if latencies:
            values["latency_ms.all.p99"] = percentiles(latencies)[3]
        self.metrics[region].write(asg, self.now - timedelta(seconds=1), values)


def in_the_model(number: int, chance: random.Random) -> tuple[list[Squeezed], Cost]:
    """A canary and a baseline of other capacities each time; every second canary stands still for a second a minute."""
    slots, spread = chance.choice([3, 4, 6, 8, 12, 16]), chance.choice([0.1, 0.25, 0.4, 0.6])
    running = Behaviour(slots=slots, service_ms=1000 * slots / chance.uniform(60, 200), spread=spread)
    new = running.model_copy(update={"service_ms": running.service_ms * chance.uniform(0.8, 1.2),
                                     "stall": STALL if number % 2 else Stall()})
    world = ModelWorld(service(regions=1, **DECLARED), SIZE, LOAD_RPS, running, number)
    commit = world.branches.push("prod", "another capacity")
    world.does[world.images.add(commit, "prod").ids[REGIONS[0]]] = new
    flow = Flow(world)
    canary = launched(flow)
    world.answered.clear()
    began = world.now
    spot = flow.squeeze(canary)
    pair = (canary.canary_asg, canary.baseline_asg)
    slow = sum(asg in pair and 1000 * seconds > spot.latency_limit_ms for asg, seconds in world.answered)
    failed = sum(seconds > PATIENCE for _, seconds in world.answered) + round(world.lost)
    cost = Cost((world.now - began).total_seconds(), len(world.answered), failed, slow)
    return sides(f"model {number}", spot, new, running), cost
