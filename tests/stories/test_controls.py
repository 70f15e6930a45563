"""The controls that must fail do: a red/black that is broken on purpose is caught by the same counter of requests."""

from tests.stories.flow import Flow
from tests.world.declared import REGIONS, service
from tests.world.world import World

HERE = REGIONS[0]


def ready() -> tuple[World, Flow]:
    world = World(service(regions=1))
    world.images.add(world.branches.push("prod", "a fix"), "prod")
    return world, Flow(world)


def test_weights_that_move_before_the_targets_are_healthy_lose_requests():
    world, _ = ready()
    traffic = world.traffic[HERE]
    main = traffic.target_group("api-prod")
    early = traffic.add_target_group("api-prod-canary", main)
    traffic.set_weights({main: 80, early: 20})
    world.advance(1)
    assert world.lost > 20


def test_a_baseline_that_is_deleted_while_it_holds_traffic_loses_requests():
    world, flow = ready()
    flow.region(flow.pushed_commit(), HERE, until="disable_baseline")
    world.clusters[HERE].delete("api-prod-v041")
    world.advance(1)
    assert world.lost > 20


def test_a_baseline_that_is_deleted_while_it_drains_loses_requests():
    world, flow = ready()
    flow.region(flow.pushed_commit(), HERE, until="disable_baseline")
    main = world.traffic[HERE].target_group("api-prod")
    machines = [machine.id for machine in world.regions[HERE].groups["api-prod-v041"].machines]
    world.traffic[HERE].deregister(main, machines)
    world.clusters[HERE].delete("api-prod-v041")
    assert world.lost == 4


def test_a_region_without_its_baseline_before_the_new_one_serves_loses_everything():
    world, _ = ready()
    world.clusters[HERE].delete("api-prod-v041")
    world.advance(5)
    assert world.lost >= 400
