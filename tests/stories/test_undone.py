"""What the canary could not show: a region is rolled back, by itself or by hand, and prod ends as it was."""

from include.domain.push import PushEnd
from tests.stories.flow import Flow
from tests.stories.telling import runs, serving, tells
from tests.world.declared import REGIONS, service
from tests.world.region import Behaviour
from tests.world.world import World

HERE = REGIONS[0]


def ready(**declared) -> tuple[World, Flow]:
    world = World(service(regions=1, **declared))
    world.images.add(world.branches.push("prod", "a fix"), "prod")
    return world, Flow(world)


def assert_prod_is_as_it_was(world: World) -> None:
    old = world.regions[HERE].groups["api-prod-v041"]
    assert serving(world, HERE) == {"api-prod-v041"}
    assert (old.min_size, old.max_size, old.desired, old.suspended) == (2, 8, 4, set())


def test_errors_that_only_prod_traffic_shows_are_undone_while_both_are_red():
    world = World(service(regions=2))
    world.behaves(world.branches.push("prod", "bad in prod"), Behaviour(prod_error_percent=5))
    record = Flow(world).push()
    tells(world, "canary.score: done",
          "us_east_1.red_red: failed: api-prod-v042 is worse than api-prod-v041 in us-east-1",
          "us_east_1.roll_back: waits: api-prod-v041 takes traffic again; api-prod-v042 still drains",
          "us_east_1.roll_back: done",
          "FailureClean: api-prod-v042 is worse")
    assert record.end == PushEnd.FAILURE_CLEAN
    assert runs(world) == {"us-east-1": ["api-prod-v041", "api-prod-v042"], "us-west-2": ["api-prod-v041"]}
    assert_prod_is_as_it_was(world)
    assert world.lost == 0, world.losses
    assert not world.leases.held


def test_what_goes_wrong_after_the_switch_is_undone_by_enabling_black_first():
    world, flow = ready()
    push = flow.pushed_commit()
    flow.region(push, HERE, until="holds")
    assert serving(world, HERE) == {"api-prod-v042"}
    world.changes(HERE, "api-prod-v042", Behaviour(prod_error_percent=30))
    flow.step("holds", flow.plan, HERE)
    flow.roll_back(HERE)
    tells(world, "us_east_1.holds: failed: api-prod-v042 is worse than api-prod-v041",
          "us_east_1.roll_back: waits: api-prod-v041 must take traffic first: api-prod-v041 has 0 of 4 targets healthy",
          "us_east_1.roll_back: waits: api-prod-v041 takes traffic again; api-prod-v042 still drains",
          "us_east_1.roll_back: done")
    assert flow.finish(push).end == PushEnd.FAILURE_CLEAN
    assert_prod_is_as_it_was(world)
    assert world.lost == 0, world.losses


def test_black_that_lost_instances_is_sized_up_before_anything_else():
    world, flow = ready()
    push = flow.pushed_commit()
    flow.region(push, HERE, until="holds")
    black = world.regions[HERE].groups["api-prod-v041"]
    del black.machines[:2]
    flow.roll_back(HERE)
    tells(world,
          "us_east_1.roll_back: waits: api-prod-v041 must take traffic first: api-prod-v041 has 2 of 4 instances",
          "us_east_1.roll_back: done")
    assert_prod_is_as_it_was(world)
    assert world.lost == 0, world.losses


def test_black_that_health_checks_marked_is_marked_well_again_and_not_replaced():
    world, flow = ready()
    push = flow.pushed_commit()
    flow.region(push, HERE, until="holds")
    black = world.regions[HERE].groups["api-prod-v041"]
    before = [machine.id for machine in black.machines]
    for machine in black.machines:
        machine.healthy = False
    flow.roll_back(HERE)
    world.advance(30)
    assert [machine.id for machine in black.machines] == before
    assert_prod_is_as_it_was(world)
    assert world.lost == 0, world.losses


def test_the_new_one_is_left_alone_where_black_cannot_be_enabled():
    world, flow = ready()
    push = flow.pushed_commit()
    flow.region(push, HERE, until="holds")
    world.regions[HERE].groups["api-prod-v041"].machines.clear()
    world.regions[HERE].no_capacity = "We currently do not have sufficient capacity."
    flow.roll_back(HERE)
    assert "api-prod-v041 must take traffic first" in flow.failures["us_east_1.roll_back"]
    assert serving(world, HERE) == {"api-prod-v042"}
    record = flow.finish(push)
    assert record.end == PushEnd.FAILURE_DIRTY
    assert "roll back" in record.reason
    assert world.lost == 0, world.losses


def test_instances_lost_while_it_is_watched_are_unhealthy():
    world, flow = ready()
    flow.region(flow.pushed_commit(), HERE, until="holds")
    for _ in range(2):
        world.dies(HERE, "api-prod-v042")
    world.advance(3)
    flow.step("holds", flow.plan, HERE)
    assert flow.failures["us_east_1.holds"].startswith("api-prod-v042 lost instances: ")


def test_no_capacity_in_a_region_ends_early_and_is_undone():
    world, flow = ready()
    world.regions[HERE].no_capacity = "We currently do not have sufficient capacity."
    push = flow.pushed_commit()
    flow.region(push, HERE)
    assert flow.failures["us_east_1.launch_new"].endswith(
        "Auto Scaling failed 3 times: We currently do not have sufficient capacity.")
    assert flow.finish(push).end == PushEnd.FAILURE_CLEAN
    assert_prod_is_as_it_was(world)
    assert world.lost == 0, world.losses


def test_a_person_rolls_back_a_push_that_is_on_its_way_and_the_push_stops():
    world, flow = ready()
    push = flow.pushed_commit()
    flow.region(push, HERE, until="holds")
    said = flow.roll_back(HERE, owner="api-20261103T110000-hand00")
    assert said.startswith("us-east-1: api-prod-v041 takes the traffic again with 4 instances; api-prod-v042 is kept")
    flow.step("holds", flow.plan, HERE)
    assert "lost the lease of api/prod/us-east-1" in flow.failures["us_east_1.holds"]
    assert_prod_is_as_it_was(world)
    assert world.lost == 0, world.losses


def test_traffic_that_grew_beyond_what_the_new_one_carries_keeps_the_baseline_red():
    world, flow = ready()
    push = flow.pushed_commit()
    flow.region(push, HERE, until="disable_baseline")
    world.load = 260
    world.advance(20)
    flow.step("disable_baseline", flow.plan, HERE)
    assert flow.failures["us_east_1.disable_baseline"].endswith(
        "api-prod-v041 keeps its traffic: 5 healthy instances would keep taking traffic, but 260 requests/s "
        "at 50.0 for each instance need 6")
    assert "api-prod-v041" in serving(world, HERE)
    flow.roll_back(HERE)
    old = world.regions[HERE].groups["api-prod-v041"]
    assert (old.min_size, old.max_size, old.desired) == (2, 8, 6)
    assert serving(world, HERE) == {"api-prod-v041"}


def test_an_instance_that_is_launched_while_the_baseline_is_disabled_keeps_no_traffic():
    world, flow = ready()
    flow.region(flow.pushed_commit(), HERE, until="disable_baseline")
    world.regions[HERE].groups["api-prod-v041"].desired = 6
    world.advance(1)
    flow.step("disable_baseline", flow.plan, HERE)
    world.advance(20)
    tells(world, "us_east_1.disable_baseline: waits: api-prod-v041 has 2 scaling activities in progress",
          "us_east_1.disable_baseline: waits: api-prod-v041 still drains: 4 of 6 instances")
    assert serving(world, HERE) == {"api-prod-v042"}
    assert world.lost == 0, world.losses


def test_a_black_instance_that_died_is_made_up_for_and_does_not_hold_the_rollback_up():
    world, flow = ready()
    push = flow.pushed_commit()
    flow.region(push, HERE, until="holds")
    world.dies(HERE, "api-prod-v041")
    world.advance(10)
    flow.roll_back(HERE)
    assert not flow.failures, flow.failures
    assert serving(world, HERE) == {"api-prod-v041"}
    old = world.regions[HERE].groups["api-prod-v041"]
    assert (old.min_size, old.max_size, old.suspended) == (2, 8, set())
    assert flow.finish(push).end == PushEnd.FAILURE_CLEAN
    assert world.lost == 0, world.losses
