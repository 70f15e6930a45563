"""What a repair sees and does in the first region of a world, and how a push comes to leave something there."""

from datetime import timedelta

from include.domain.left_over import Leftovers
from include.steps.undoing.repair import look_over, repair
from tests.stories.flow import Flow
from tests.world.declared import REGIONS
from tests.world.world import World

HERE = REGIONS[0]
REPAIR = "api-20261105T060000-fixit0"


def looks(world: World, owner: str = REPAIR) -> Leftovers:
    place = ports(world, "clusters", "traffic", "leases", "runs")
    return look_over(owner, world.service, "prod", HERE, world.look(), *place)


def repaired(world: World, owner: str = REPAIR) -> Leftovers:
    place = ports(world, "clusters", "traffic", "metrics", "leases", "runs")
    return world.run(lambda look: repair(owner, world.service, "prod", HERE, look, *place), "repair")


def ports(world: World, *names: str) -> list:
    there = world.ports(HERE)
    return [there[name] for name in names]


def lease_ran_out(world: World) -> None:
    """The lease has run out, and nothing else happened: nobody was there."""
    world.now += timedelta(hours=1)
    world.advance(20)


def left_in_the_middle(world: World) -> None:
    """A push that got as far as its watch."""
    flow = Flow(world)
    flow.region(flow.pushed_commit(), HERE, until="holds")
