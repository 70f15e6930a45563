"""The in-memory world, as the contract tests see it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import Any

from include.domain.red_black.versions import Said
from tests.contract.contract_world import ContractWorld
from tests.world.declared import REGIONS, service
from tests.world.world import World


class InMemory(ContractWorld):
    """One region of the world, with the sizes that the contract names."""

    def __init__(self) -> None:
        world, here = World(service(regions=2), size=2), REGIONS[0]
        group = world.regions[here].groups["api-prod-v041"]
        group.min_size, group.max_size = 2, 10
        self.cluster, self.asg = "api-prod", group.name
        self.clusters, self.traffic = world.clusters[here], world.traffic[here]
        self.limits, self.alarms = world.limits[here], world.alarms[here]
        self.instances, self.load = world.instances[here], world.load_makers[here]
        self.set_alarm = self.alarms.states.__setitem__
        world.regions[here].gone_amis.add(self.no_ami)
        self.archive, self.leases = world.archive, world.leases
        self.branches, self.images, self.image_regions = world.branches, world.images, REGIONS[:2]
        self.merges, self.commit_to = world.merges, partial(self._commit_to, count(1))
        self.commit_saying = world.branches.push
        self.target_group = self.traffic.target_group("api-prod")
        self.ami, self.commit = "ami-0123456789abcdef0", world.branches.push("prod", "a fix")
        self.now, self.until = world.clock, world.until

    def _commit_to(self, numbers: Iterator[int], branch: str) -> None:
        self.branches.push(branch, f"{branch} {next(numbers)}")

    def answers(self, instance: str, said: Said) -> int:
        self.instances.said[instance] = said
        return 8080

    def unheard(self, instance: str) -> None:
        self.instances.said[instance] = Said(error="ConnectError")


@contextmanager
def made(request: Any) -> Iterator[ContractWorld]:
    yield InMemory()
