"""A world whose canary can be squeezed: instances let their viewers wait for what they cannot carry at once."""

from typing import Any

from include.domain.canary import Canary
from include.steps.canary import life
from tests.stories.flow import Flow
from tests.world.declared import REGIONS, service
from tests.world.region import Behaviour
from tests.world.world import World

HERE = REGIONS[0]
NEW, RUNNING = 80.0, 90.0       # requests/s that an instance of each AMI carries
SHORT = {"canary__bake_hours": 1, "canary__warm_up_minutes": 8, "canary__share_percent": 10, "canary__min_requests": 10}
PLAN = {"kind": "live", "max_share_percent": 60, "look_every_seconds": 1, "step_minutes": 32, "limit_minutes": 2400}


def squeezable(new: Behaviour | None = None, plan: dict[str, Any] | None = None, size: int = 4, load_rps: float = 200,
               **declared: Any) -> tuple[World, Flow]:
    """The world, with a commit that waits to be tried."""
    declared = {**SHORT, "red_black__instance_rps": 60, "squeeze": {**PLAN, **(plan or {})}, **declared}
    world = World(service(regions=1, **declared), size=size, load_rps=load_rps)
    running = Behaviour(carries_rps=RUNNING, waits_seconds=30)
    group = world.regions[HERE].groups["api-prod-v041"]
    world.regions[HERE].behaviours[group.ami] = running
    for machine in group.machines:
        machine.behaviour = running
    world.behaves(world.branches.push("prod", "a fix"), new or Behaviour(carries_rps=NEW, waits_seconds=30))
    return world, Flow(world)


def launched(flow: Flow) -> Canary:
    """The canary beside its baseline, with their shares of the traffic."""
    push = flow.pushed_commit()
    return flow._task("canary.launch", lambda look: life.launch_canary(push, flow.service, look, **flow._ports(
        "clusters", "traffic", "images", "metrics", "leases", "runs", "archive")))


def weights(world: World) -> dict[str, int]:
    """By the target group's name."""
    region = world.regions[HERE]
    return {region.target_groups[arn].name: weight for arn, weight in region.weights.items()}


def share(world: World, name: str) -> float:
    """In % of the region's traffic."""
    return 100 * weights(world).get(name, 0) / sum(weights(world).values())


BAKED = {"api-prod": 80, "api-prod-canary": 10, "api-prod-baseline": 10}
