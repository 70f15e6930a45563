"""The in-memory twin of `Traffic`."""

from collections.abc import Callable, Mapping, Sequence

from include.domain.cluster import Target
from include.domain.errors import BadInput, Final, Refused
from tests.world.region import Region, TargetGroup

MOST_IN_A_LISTENER = 5
NAME_LENGTH = 32


class InMemoryTraffic:
    """The load balancer of one region."""

    def __init__(self, region: Region, changed: Callable[[str], None]):
        self.region, self.changed = region, changed

    def target_group(self, name: str) -> str | None:
        return next((tg.arn for tg in self.region.target_groups.values() if tg.name == name), None)

    def add_target_group(self, name: str, like: str) -> str:
        found = self.target_group(name)
        if found:
            return found
        self._group(like)
        if len(name) > NAME_LENGTH:
            raise BadInput(f"target group {name}: the name has {len(name)} characters, at most {NAME_LENGTH}")
        arn = self.region.arn(name)
        self.region.target_groups[arn] = TargetGroup(arn, name)
        return arn

    def remove_target_group(self, arn: str) -> None:
        if self.region.weights.get(arn):
            raise Refused(f"{self._group(arn).name} carries weight {self.region.weights[arn]}")
        self.region.weights.pop(arn, None)
        self.region.target_groups.pop(arn, None)
        self.changed(f"{arn} removed")

    def weights(self) -> dict[str, int]:
        return dict(self.region.weights)

    def set_weights(self, weights: Mapping[str, int]) -> None:
        for arn, weight in weights.items():
            self._group(arn)
            if not 0 <= weight <= 999:
                raise BadInput(f"weight {weight} is not from 0 to 999")
        if not 1 <= len(weights) <= MOST_IN_A_LISTENER:
            raise BadInput(f"{len(weights)} target groups in one forward: 1 to {MOST_IN_A_LISTENER}")
        self.region.weights = dict(weights)
        for tg in self.region.target_groups.values():
            if tg.arn not in weights:
                tg.targets = {i: t for i, t in tg.targets.items() if t.state != "draining"}
        self.changed(f"weights {sorted(weights.values())}")

    def targets(self, target_group: str) -> list[Target]:
        tg = self._group(target_group)
        return [Target(instance, self.region.shown(tg, state)) for instance, state in tg.targets.items()]

    def register(self, target_group: str, instances: Sequence[str]) -> None:
        tg = self._group(target_group)
        for instance in instances:
            if self.region.machine(instance) is not None:
                self.region.register(tg, instance)

    def deregister(self, target_group: str, instances: Sequence[str]) -> None:
        tg = self._group(target_group)
        for instance in instances:
            self.region.deregister(tg, instance)
        self.changed(f"{len(instances)} deregistered from {tg.name}")

    def drain_seconds(self, target_group: str) -> int:
        self._group(target_group)
        return self.region.times.drain

    def _group(self, arn: str) -> TargetGroup:
        if arn not in self.region.target_groups:
            raise Final(f"there is no target group {arn} in {self.region.name}")
        return self.region.target_groups[arn]
