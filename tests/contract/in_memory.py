"""The in-memory world, as the contract tests see it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.contract.contract_world import ContractWorld
from tests.world.declared import REGIONS, service
from tests.world.world import World


@contextmanager
def made(request: Any) -> Iterator[ContractWorld]:
    world = World(service(regions=2), size=2)
    here = REGIONS[0]
    group = world.regions[here].groups["api-prod-v041"]
    group.min_size, group.max_size = 2, 10
    yield ContractWorld(
        cluster="api-prod", asg="api-prod-v041", target_group=world.traffic[here].target_group("api-prod"),
        ami="ami-0123456789abcdef0", commit=world.branches.push("prod", "a fix"), clusters=world.clusters[here],
        traffic=world.traffic[here], archive=world.archive, leases=world.leases, metrics=world.metrics[here],
        branches=world.branches, images=world.images, image_regions=REGIONS[:2], now=world.clock, until=world.until,
        write_metric=world.metrics[here].write)
