"""What the canary could not show: a region is rolled back, by itself or by hand, and prod ends as it was."""

import pytest

from include.domain.push import Push, PushEnd
from include.steps.undoing.roll_back import push_to_undo
from tests.stories.flow import Flow
from tests.stories.telling import runs, serving, tells
from tests.world.crash import Killed
from tests.world.declared import REGIONS, service
from tests.world.region import Behaviour
from tests.world.world import World

HERE = REGIONS[0]


def pushed(until: str = "", prepare=lambda world: None) -> tuple[World, Flow, Push]:
    """A push of a good commit in one region, as far as just before the step `until`."""
    world = World(service(regions=1))
    world.images.add(world.branches.push("prod", "a fix"), "prod")
    prepare(world)
    flow = Flow(world)
    push = flow.pushed_commit()
    flow.region(push, HERE, until=until)
    return world, flow, push


def no_capacity(world: World) -> None:
    world.regions[HERE].no_capacity = "We currently do not have sufficient capacity."


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
    world, flow, push = pushed(until="holds")
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
    world, flow, _ = pushed(until="holds")
    black = world.regions[HERE].groups["api-prod-v041"]
    del black.machines[:2]
    flow.roll_back(HERE)
    tells(world,
          "us_east_1.roll_back: waits: api-prod-v041 must take traffic first: api-prod-v041 has 2 of 4 instances",
          "us_east_1.roll_back: done")
    assert_prod_is_as_it_was(world)
    assert world.lost == 0, world.losses


def test_black_that_health_checks_marked_is_marked_well_again_and_not_replaced():
    world, flow, _ = pushed(until="holds")
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
    world, flow, push = pushed(until="holds")
    world.regions[HERE].groups["api-prod-v041"].machines.clear()
    no_capacity(world)
    flow.roll_back(HERE)
    assert "api-prod-v041 must take traffic first" in flow.failures["us_east_1.roll_back"]
    assert serving(world, HERE) == {"api-prod-v042"}
    record = flow.finish(push)
    assert record.end == PushEnd.FAILURE_DIRTY
    assert "roll back" in record.reason
    assert world.lost == 0, world.losses


def test_instances_lost_while_it_is_watched_are_unhealthy():
    world, flow, _ = pushed(until="holds")
    for _ in range(2):
        world.dies(HERE, "api-prod-v042")
    world.advance(3)
    flow.step("holds", flow.plan, HERE)
    assert flow.failures["us_east_1.holds"].startswith("api-prod-v042 lost instances: ")


def test_no_capacity_in_a_region_ends_early_and_is_undone():
    world, flow, push = pushed(prepare=no_capacity)
    assert flow.failures["us_east_1.launch_new"].endswith(
        "Auto Scaling failed 3 times: We currently do not have sufficient capacity.")
    assert flow.finish(push).end == PushEnd.FAILURE_CLEAN
    assert_prod_is_as_it_was(world)
    assert world.lost == 0, world.losses


def test_a_person_rolls_back_a_push_that_is_on_its_way_and_the_push_stops():
    world, flow, _ = pushed(until="holds")
    said = flow.roll_back(HERE, owner="api-20261103T110000-hand00")
    assert said.startswith("us-east-1: api-prod-v041 takes the traffic again with 4 instances; api-prod-v042 is kept")
    flow.step("holds", flow.plan, HERE)
    assert "lost the lease of api/prod/us-east-1" in flow.failures["us_east_1.holds"]
    assert_prod_is_as_it_was(world)
    assert world.lost == 0, world.losses


def test_traffic_that_grew_beyond_what_the_new_one_carries_keeps_the_baseline_red():
    world, flow, _ = pushed(until="disable_baseline")
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
    world, flow, _ = pushed(until="disable_baseline")
    world.regions[HERE].groups["api-prod-v041"].desired = 6
    world.advance(1)
    flow.step("disable_baseline", flow.plan, HERE)
    world.advance(20)
    tells(world, "us_east_1.disable_baseline: waits: api-prod-v041 has 2 scaling activities in progress",
          "us_east_1.disable_baseline: waits: api-prod-v041 still drains: 4 of 6 instances")
    assert serving(world, HERE) == {"api-prod-v042"}
    assert world.lost == 0, world.losses


def test_a_black_instance_that_died_is_made_up_for_and_does_not_hold_the_rollback_up():
    world, flow, push = pushed(until="holds")
    world.dies(HERE, "api-prod-v041")
    world.advance(10)
    flow.roll_back(HERE)
    assert not flow.failures, flow.failures
    assert serving(world, HERE) == {"api-prod-v041"}
    old = world.regions[HERE].groups["api-prod-v041"]
    assert (old.min_size, old.max_size, old.suspended) == (2, 8, set())
    assert flow.finish(push).end == PushEnd.FAILURE_CLEAN
    assert world.lost == 0, world.losses


def test_a_region_that_was_rolled_back_is_not_pushed_again_by_the_tasks_that_a_person_clears():
    world, flow, push = pushed(until="holds")
    world.changes(HERE, "api-prod-v042", Behaviour(prod_error_percent=30))
    flow.step("holds", flow.plan, HERE)
    flow.roll_back(HERE)
    before = world.clusters[HERE].asgs("api-prod")
    flow.region(push, HERE)
    assert flow.failures["us_east_1.plan"] == (
        "api-prod-v042 of this push was rolled back in us-east-1: start a new push")
    flow.step("delete_baseline", flow.plan, HERE)
    assert "us_east_1.delete_baseline" in flow.failures
    assert world.clusters[HERE].asgs("api-prod") == before
    assert_prod_is_as_it_was(world)


def test_a_rollback_that_failed_waits_for_a_person_and_then_succeeds():
    """One automatic rollback a push: nothing tries it again by itself, and the record says who must."""
    world, flow, push = pushed(until="holds")
    world.regions[HERE].groups["api-prod-v041"].machines.clear()
    no_capacity(world)
    assert flow.roll_back(HERE) is None
    assert flow.finish(push).end == PushEnd.FAILURE_DIRTY
    world.regions[HERE].no_capacity = ""
    before = world.clusters[HERE].asgs("api-prod")[-1]
    world.advance(60)
    assert serving(world, HERE) == {"api-prod-v042"}, "nobody rolled back"
    assert world.clusters[HERE].asgs("api-prod")[-1].tags == before.tags
    assert flow.roll_back(HERE, owner="api-20261103T110000-hand00")
    assert flow.finish(push).end == PushEnd.FAILURE_CLEAN
    assert_prod_is_as_it_was(world)
    assert world.lost == 0, world.losses


def test_a_run_that_died_in_the_middle_of_its_rollback_is_found_and_undone_by_a_person():
    world, flow, push = pushed(until="holds")
    calls = world.executioner
    world.runs_again, calls.before = False, {"traffic.deregister": kill}
    with pytest.raises(Killed):
        flow.roll_back(HERE)
    world.runs_again, calls.before = True, {}
    assert push_to_undo(world.service, "prod", HERE, world.clusters[HERE]) == flow.push_id
    assert flow.roll_back(HERE, owner="api-20261103T110000-hand00")
    assert flow.finish(push).end == PushEnd.FAILURE_CLEAN
    assert_prod_is_as_it_was(world)
    assert world.lost == 0, world.losses


def kill() -> None:
    raise Killed("in its rollback")
