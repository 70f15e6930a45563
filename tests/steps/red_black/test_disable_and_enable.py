"""Taking traffic off an ASG, and putting it back."""


import pytest

from include.domain import asg_tags
from include.domain.asg_tags import Colour
from include.domain.errors import Refused
from include.domain.red_black.processes import PROCESSES
from include.steps.lease import Held
from include.steps.red_black.disable import disable, without_traffic
from include.steps.red_black.enable import enable
from include.steps.red_black.pin import pin, un_pin
from tests.steps.ready import HERE, KEY, planned
from tests.world.physics import note


def disabled(world):
    """v041 without traffic, its tags read again."""
    world.until(lambda: one_look(world) is None)
    return seen(world)


def one_look(world):
    lease = world.leases.take(KEY, "api-1", world.now, by_force=True)
    held = Held(world.leases, KEY, "api-1", lease.token)
    there = world.ports(HERE)
    return disable(seen(world), world.look(), there["clusters"], there["traffic"], held)


def seen(world, name: str = "api-prod-v041"):
    return next(asg for asg in world.clusters[HERE].asgs("api-prod") if asg.name == name)


def put_back(world, wanted: int = 4):
    there = world.ports(HERE)
    return enable(seen(world), wanted, there["clusters"], there["traffic"])


def resting():
    """v042 carries everything, so that v041 can come and go."""
    world, flow, _ = planned("holds")
    flow.roll_back(HERE)
    world.load = 0
    world.executioner.calls.clear()
    return world


def test_everything_is_recorded_before_the_first_target_goes():
    world = resting()
    one_look(world)
    calls = [call for call in world.executioner.calls if call.endswith((".tag", "suspend", "deregister"))]
    assert calls == ["clusters.tag", "clusters.suspend", "clusters.tag", "traffic.deregister"]
    tags = seen(world).tags
    assert tags[asg_tags.SUSPENDED].split("+") == list(PROCESSES)
    assert (tags[asg_tags.TARGET_GROUPS], tags[asg_tags.SIZES]) == ("api-prod", "2/8/4")
    assert (tags[asg_tags.DISABLED_BY], tags[asg_tags.DISABLED_AT]) == ("api-1", world.now.isoformat())
    assert tags.get(asg_tags.COLOUR) != Colour.BLACK


def test_it_is_black_only_when_no_instance_is_left_in_any_target_group():
    world = resting()
    assert one_look(world).startswith("api-prod-v041 still drains: 4 of 4 instances draining in api-prod (at most 4 s)")
    assert not without_traffic(seen(world), world.traffic[HERE])
    black = disabled(world)
    assert black.tags[asg_tags.COLOUR] == Colour.BLACK
    assert without_traffic(black, world.traffic[HERE])


def test_instances_that_are_still_launched_are_waited_for_also_where_the_newest_activities_are_all_done():
    world = resting()
    group = world.regions[HERE].groups["api-prod-v041"]
    group.desired = 6
    world.advance(1)
    group.activities.clear()
    assert one_look(world) == "api-prod-v041 has 2 instances still being launched"
    assert "traffic.deregister" not in world.executioner.calls
    disabled(world)


def test_saying_it_again_changes_nothing():
    world = resting()
    first = disabled(world)
    world.advance(3)
    assert one_look(world) is None
    assert seen(world) == first


def test_what_somebody_else_suspended_stays_suspended_when_it_is_put_back():
    world = resting()
    world.clusters[HERE].suspend("api-prod-v041", ["AZRebalance"])
    assert "AZRebalance" not in disabled(world).tags[asg_tags.SUSPENDED]
    world.until(lambda: put_back(world) is None)
    assert seen(world).suspended == {"AZRebalance"}


def test_many_instances_are_deregistered_in_chunks():
    world = resting()
    world.clusters[HERE].resize("api-prod-v041", minimum=205, maximum=205, desired=205)
    world.until(lambda: seen(world).in_service == 205)
    world.executioner.calls.clear()
    one_look(world)
    assert world.executioner.calls.count("traffic.deregister") == 3


def test_the_processes_that_take_instances_away_are_resumed_last_and_only_when_all_are_healthy():
    world = resting()
    disabled(world)
    world.executioner.calls.clear()
    said = []
    world.clusters[HERE].resume = lambda asg, processes: said.append((list(processes), healthy(world)))
    assert put_back(world) == ("api-prod-v041 has 0 of 4 targets healthy in api-prod: "
                               f"{seen(world).instances[0].id} and 3 more initial")
    assert said == []
    world.advance(3)
    assert put_back(world) is None
    assert said == [(list(PROCESSES[:5]), 4), (["ReplaceUnhealthy", "Terminate"], 4)]


def test_put_back_it_is_as_it_was():
    world = resting()
    before = seen(world)
    disabled(world)
    world.until(lambda: put_back(world) is None)
    after = seen(world)
    assert (after.suspended, after.instances) == (before.suspended, before.instances)
    assert set(after.tags) - set(before.tags) == {asg_tags.SIZES, asg_tags.WROTE}


def test_fewer_than_are_needed_are_launched_and_registered_although_adding_them_is_suspended():
    world = resting()
    disabled(world)
    world.until(lambda: put_back(world, wanted=6) is None)
    assert healthy(world) == 6
    assert seen(world).min_size == 6


def test_a_target_group_that_is_gone_is_said_and_nothing_is_resumed():
    world = resting()
    disabled(world)
    world.clusters[HERE].tag("api-prod-v041", {asg_tags.TARGET_GROUPS: "api-prod+gone"})
    with pytest.raises(Refused, match="api-prod-v041 cannot be put back: target group gone is gone"):
        put_back(world)


def healthy(world) -> int:
    ours = {instance.id for instance in seen(world).instances}
    main = world.traffic[HERE].target_group("api-prod")
    return sum(t.state == "healthy" and t.instance in ours for t in world.traffic[HERE].targets(main))


def test_an_instance_that_a_hook_holds_for_hours_does_not_keep_the_traffic_on():
    world = resting()
    group = world.regions[HERE].groups["api-prod-v041"]
    note(group, world.now, "MidLifecycleAction", "Launching a new EC2 instance", about="i-held")
    assert "scaling" not in one_look(world)
    note(group, world.now, "PreInService", "Launching a new EC2 instance", about="i-starts")
    assert one_look(world) == "api-prod-v041 has 1 scaling activity in progress"


def test_an_instance_that_no_longer_runs_is_made_up_for():
    world = resting()
    disabled(world)
    gone = world.regions[HERE].groups["api-prod-v041"].machines[0]
    gone.healthy = gone.alive = False
    register = world.traffic[HERE].register
    world.traffic[HERE].register = lambda arn, some: register(arn, [i for i in some if i != gone.id])
    world.until(lambda: put_back(world) is None)
    assert healthy(world) == 4


def test_an_asg_in_more_target_groups_than_one_tag_names_is_put_back_into_all_of_them():
    world, _, _ = planned("disable_baseline")
    region, old = world.regions[HERE], world.regions[HERE].groups["api-prod-v041"]
    for number in range(11):
        arn = world.traffic[HERE].add_target_group(f"api-prod-listener-of-team-{number:04}", old.target_groups[0])
        old.target_groups += (arn,)
        region.weights[arn] = 1
        world.traffic[HERE].register(arn, [machine.id for machine in old.machines])
    world.advance(10)
    disabled(world)
    assert not any(region.of(machine.id) for machine in old.machines)
    old.target_groups = old.target_groups[:1]
    world.until(lambda: put_back(world) is None)
    assert all(len(region.of(machine.id)) == 12 for machine in old.machines)
    assert not [tag for tag in old.tags if tag.startswith(asg_tags.TARGET_GROUPS)]


def test_a_size_that_grew_since_it_was_read_is_not_shrunk_by_pinning_or_un_pinning():
    world, _, _ = planned("launch_new")
    old = world.regions[HERE].groups["api-prod-v041"]
    read = seen(world)
    old.desired = 6
    pin(read, world.clusters[HERE])
    assert (old.min_size, old.desired) == (4, 6)
    read = seen(world)
    old.desired = 7
    un_pin(read, world.clusters[HERE], 6)
    assert (old.min_size, old.max_size, old.desired) == (2, 8, 7)
