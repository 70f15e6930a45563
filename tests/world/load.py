"""The in-memory twin of `Load`."""

from collections.abc import Callable, Mapping

from include.domain.load import Driven, LoadPlan
from include.domain.red_black.versions import Said
from tests.world.region import Region

OVERLOADED = 20     # times the latency of an instance that has more than it carries


class InMemoryLoad:
    """Load on one instance of the region. `passes` lets so many seconds pass; `said` is what instances answer where a
    test says so. Users feel nothing of it: it does not go through the listener. `log` has which instance was driven,
    with what, and at which weight of the listener."""

    def __init__(self, region: Region, passes: Callable[[float], None], said: Mapping[str, Said] | None = None):
        self.region, self.passes, self.said = region, passes, said if said is not None else {}
        self.log: list[tuple[str, float, int]] = []

    def drive(self, instance: str, plan: LoadPlan, rps: float, seconds: float) -> Driven:
        machine, sent = self.region.machine(instance), round(rps * seconds)
        under = sum(weight for tg, _ in self.region.of(instance)
                    if (weight := self.region.weights.get(tg.arn, 0)))
        self.log.append((instance, rps, under))
        self.passes(seconds)
        said = self.said.get(instance, Said(200))
        if machine is None or not machine.alive or said.error or said.status >= 400:
            return Driven(sent, 0, sent, seconds, (1000 * plan.timeout_seconds,) * sent)
        behaviour = machine.behaviour
        answered = round(min(rps, behaviour.carries_rps) * seconds)
        slow = OVERLOADED if rps > 0.97 * behaviour.carries_rps else 1
        failed = round(sent * behaviour.error_percent / 100)
        return Driven(sent, answered - failed, failed, seconds, (behaviour.p99_ms * slow,) * sent)
