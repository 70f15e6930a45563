"""Ten times a second, under the world's lock: what AWS would have done by itself since the last time."""

import logging
import random
import threading

from include.local_cloud.control import (
    asgs,
    builder,
    images,
    lifecycle,
    machines,
    policies,
    sizing,
    target_health,
)
from include.local_cloud.control.state import State
from include.local_cloud.control.world import Region, World

EVERY_SECONDS = 0.1
log = logging.getLogger(__name__)


def tick(world: World, state: State) -> None:
    with world.lock:
        now = world.now()
        _deaths(world, now)
        for region in list(world.regions.values()):
            _region(region, now)
        state.refresh()
        world.ticks += 1


def _region(region: Region, now: float) -> None:
    machines.reconcile(region, now)
    images.reconcile(region, now)
    builder.reconcile(region, now)
    target_health.reconcile(region, now)
    policies.act_on_schedule(region, now)
    for group in list(region.autoscaling.autoscaling_groups.values()):
        lifecycle.advance(region, group, now)
        if group.story.deleting is not None:
            sizing.finish_deleting(region, group, now)
            continue
        lifecycle.check_health(region, group, now)
        lifecycle.replace_unhealthy(region, group, now)
        policies.track(region, group, now)
        sizing.rebalance(region, group, now)
        sizing.follow_desired(region, group, now)


def _deaths(world: World, now: float) -> None:
    """instance_dies looks for its victim by itself."""
    for placed in world.faults.waiting("instance_dies", now):
        for region in world.regions.values():
            victims = [member.instance.id for group in region.autoscaling.autoscaling_groups.values()
                       for member in asgs.members(group) if member.lifecycle_state == "InService"
                       and placed.fault.instance in ("", member.instance.id)
                       and placed.matches(region=region.name, asg=group.name)
                       and member.instance.state == "running"]
            if victims and not placed.over(now):
                machines.kill(region, random.choice(victims))
                placed.hits += 1


def run(world: World, state: State, stop: threading.Event) -> None:
    """Until stopped. A tick that fails is told, and the next one tries again."""
    while not stop.wait(EVERY_SECONDS):
        try:
            tick(world, state)
        except Exception:
            log.exception("the reconciler stumbled")
