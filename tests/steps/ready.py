"""A world of one region, and what steps are handed there."""

from typing import Any

from include.domain.push import RegionPlan
from tests.stories.flow import Flow
from tests.world.declared import REGIONS, service
from tests.world.world import World

HERE = REGIONS[0]
KEY = f"api/prod/{HERE}"


def ready(**declared: Any) -> tuple[World, Flow]:
    """The world, and a flow whose commit is built."""
    world = World(service(regions=1, **declared))
    world.images.add(world.branches.push("prod", "a fix"), "prod")
    return world, Flow(world)


def planned(until: str, **declared: Any) -> tuple[World, Flow, RegionPlan]:
    """The same, with the region's push as far as just before the step `until`."""
    world, flow = ready(**declared)
    flow.region(flow.pushed_commit(), HERE, until=until)
    assert not flow.failures, flow.failures
    world.executioner.calls.clear()
    return world, flow, flow.plan


def ports(world: World, *names: str) -> dict[str, Any]:
    there = world.ports(HERE)
    return {name: there[name] for name in names}
