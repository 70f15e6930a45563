"""A target group in the data plane: its targets, the kept-alive connections to them, and its counters."""

from collections import Counter
from collections.abc import Mapping

from include.local_cloud.data.instance import Instance
from include.local_cloud.data.pool import Pool
from include.local_cloud.data.routing import DRAINING, eligible


class TargetGroup:
    """Round robin over the eligible targets. Fed by control: `apply` with each new state of the world."""

    def __init__(self, arn: str):
        self.arn = arn
        self.name, self.port, self.health_check = "", 0, {}
        self.states: dict[str, str] = {}
        self.counters: Counter[str] = Counter()
        self._addresses: dict[str, str] = {}
        self._pools: dict[str, Pool] = {}
        self._eligible: list[str] = []
        self._turn = 0

    def apply(self, declared: Mapping, addresses: Mapping[str, str]) -> None:
        """`addresses`: instance id to private address, of every instance that control knows."""
        self.name, self.port, self.health_check = declared["name"], declared["port"], declared["health_check"]
        self.states = {target["instance"]: target["state"] for target in declared["targets"]
                       if target["instance"] in addresses}
        self._addresses = {instance: addresses[instance] for instance in self.states}
        self._eligible = eligible(self.states)
        for instance in list(self._pools):
            if instance not in self.states:
                self._pools.pop(instance).close()
            elif self.states[instance] == DRAINING:
                self._pools[instance].drain()
            else:
                self._pools[instance].reopen()

    def next_target(self) -> str | None:
        if not self._eligible:
            return None
        self._turn = (self._turn + 1) % len(self._eligible)
        return self._eligible[self._turn]

    def pool(self, instance: str) -> Pool:
        if instance not in self._pools:
            self._pools[instance] = Pool(self._addresses[instance], self.port)
        return self._pools[instance]

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()
        self._pools.clear()


def ports(target_groups: Mapping[str, TargetGroup], instance: Instance) -> set[int]:
    """The ports that an instance listens on: those of the target groups that it is in, or else of all there are."""
    own = {group.port for group in target_groups.values() if instance.id in group.states}
    return own or {group.port for group in target_groups.values()}
