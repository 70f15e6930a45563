"""The steps of one region, each by itself."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from include.domain import asg_tags
from include.domain.errors import BadInput, GaveUp, Refused, Retryable
from include.domain.looks import Wait
from include.domain.peak_windows import DAYS, Market, PeakWindow
from include.steps.red_black import region as red_black
from tests.steps.ready import HERE, planned, ports, ready
from tests.stories.flow import IN_A_REGION, PORTS
from tests.world.region import Behaviour


def plan(world, flow, push=None):
    return red_black.plan(push or flow.pushed_commit(), HERE, flow.service, flow.markets, world.look(),
                          **ports(world, "clusters", "traffic", "images", "metrics", "leases", "runs", "branches",
                                  "archive"))


def test_an_ami_that_aws_does_not_show_for_a_moment_is_looked_for_again():
    world, flow = ready()
    shown = dict(world.images.images)
    world.images.images.clear()
    with pytest.raises(Retryable, match=r"AWS does not show AMI 'api-[0-9a-f]{12}' in us-east-1"):
        plan(world, flow)
    world.images.images.update(shown)
    assert plan(world, flow).new == "api-prod-v042"


def test_the_plan_takes_its_size_from_what_is_in_service_and_its_name_from_what_is_there():
    world, flow = ready()
    found = plan(world, flow)
    assert (found.baseline, found.new, found.size) == ("api-prod-v041", "api-prod-v042", 5)
    assert (found.baseline_min, found.baseline_max, found.baseline_desired) == (2, 8, 4)
    assert found.ami == world.images.named(flow.pushed_commit().ami).ids[HERE]
    assert found.lease_token == world.leases.held["api/prod/us-east-1"].token


def test_planning_again_after_the_launch_gives_the_same_plan():
    world, flow, first = planned("red_red")
    again = plan(world, flow)
    assert replace(again, planned_at=first.planned_at) == first


def test_what_one_instance_carries_is_measured_where_it_is_not_declared():
    world, flow = ready(red_black__instance_rps=None)
    assert plan(world, flow).instance_rps == pytest.approx(25)


def test_a_slot_that_a_wait_has_used_up_is_waited_for_again_without_the_lease():
    world, flow = ready(time_scale=1, time_zero=None)
    for minutes, is_planned in ((80, True), (70, False)):
        peak = (world.now + timedelta(minutes=minutes)).time()
        window = PeakWindow(DAYS, peak, time(23))
        flow.markets = {"americas": Market("americas", "UTC", (window,))}
        found = plan(world, flow)
        assert isinstance(found, Wait) is not is_planned
        if is_planned:
            world.leases.release("api/prod/us-east-1", flow.push_id)
    assert "do not fit before the peak" in found.reason
    assert not world.leases.held


def test_a_baseline_outside_the_declared_target_group_stops_the_plan():
    world, flow = ready()
    world.regions[HERE].groups["api-prod-v041"].target_groups = ()
    with pytest.raises(BadInput, match="v041 is not attached to api-prod, the declared target group in us-east-1"):
        plan(world, flow)


def test_a_baseline_with_a_launch_configuration_stops_the_plan():
    world, flow = ready()
    world.regions[HERE].groups["api-prod-v041"].template = ""
    with pytest.raises(BadInput, match="api-prod-v041 in us-east-1 has a launch configuration"):
        plan(world, flow)


def test_a_newer_commit_that_came_to_run_meanwhile_stops_the_plan():
    world, flow = ready()
    push = flow.pushed_commit()
    newer = world.branches.push("prod", "newer")
    world.regions[HERE].groups["api-prod-v041"].tags[asg_tags.COMMIT] = newer
    with pytest.raises(Refused, match=f"commit {push.commit[:12]} is older than {newer[:12]}"):
        plan(world, flow, push)


def test_two_asgs_under_traffic_stop_the_plan():
    world, flow, found = planned("red_red")
    world.leases.release("api/prod/us-east-1", found.push_id)
    with pytest.raises(Refused, match=r"2 ASGs of api-prod take traffic in us-east-1 \(api-prod-v041, api-prod-v042\)"):
        plan(world, flow, replace(flow.pushed_commit(), id="another"))


def test_a_baseline_without_an_instance_in_service_stops_the_plan():
    world, flow = ready()
    for machine in world.regions[HERE].groups["api-prod-v041"].machines:
        machine.healthy = False
    with pytest.raises(Refused, match="no instance in service"):
        plan(world, flow)


def test_a_push_that_was_rolled_back_is_not_planned_again():
    world, flow, _ = planned("holds")
    flow.roll_back(HERE)
    with pytest.raises(Refused, match="was rolled back in us-east-1: start a new push"):
        plan(world, flow)


def step(world, flow, name, found, since=None):
    return getattr(red_black, name)(found, flow.service, look=world.look(since), **ports(world, *PORTS[name]),
                                    **flow.besides(name))


def test_nothing_is_created_in_a_peak_that_began_while_nobody_looked():
    world, flow, found = planned("launch_new")
    flow.markets = {"americas": Market("americas", "UTC", (PeakWindow(tuple(DAYS), time(0), time(23, 59)),))}
    with pytest.raises(Refused, match=r"api-prod-v042 is not created: it was planned for the slot at .+ which is over"):
        step(world, flow, "launch_new", found)
    assert list(world.regions[HERE].groups) == ["api-prod-v041"]


def test_a_launch_that_was_begun_goes_on_in_a_peak():
    world, flow, found = planned("launch_new")
    since = world.now
    step(world, flow, "launch_new", found, since)
    flow.markets = {"americas": Market("americas", "UTC", (PeakWindow(tuple(DAYS), time(0), time(23, 59)),))}
    assert world.run(lambda look: step(world, flow, "launch_new", found, since), "launch_new") == found


def test_the_new_asg_is_born_pinned_and_the_baseline_is_pinned_with_its_sizes_kept():
    world, flow, found = planned("launch_new")
    step(world, flow, "launch_new", found)
    old, new = (world.regions[HERE].groups[name] for name in ("api-prod-v041", "api-prod-v042"))
    assert (old.min_size, old.desired, old.tags[asg_tags.SIZES]) == (4, 4, "2/8/4")
    assert (new.min_size, new.desired, new.tags[asg_tags.SIZES]) == (3, 3, "2/8/4")
    assert (new.tags[asg_tags.PUSH], new.tags[asg_tags.COMMIT]) == (found.push_id, found.commit)


def test_the_second_batch_waits_until_the_first_takes_traffic():
    world, flow, found = planned("launch_new")
    new, since = lambda: world.regions[HERE].groups["api-prod-v042"].desired, world.now
    step(world, flow, "launch_new", found)
    world.advance(2)
    assert isinstance(step(world, flow, "launch_new", found, since), Wait)
    assert new() == 3
    world.advance(10)
    assert step(world, flow, "launch_new", found, since) == found
    assert new() == 5


def test_a_name_that_somebody_else_took_is_not_touched():
    world, flow, found = planned("launch_new")
    group = world.regions[HERE].groups["api-prod-v041"]
    taken = replace(group, name=found.new, machines=[], tags={asg_tags.PUSH: "x"}, created_at=world.now)
    world.regions[HERE].groups[found.new] = taken
    with pytest.raises(Refused, match="api-prod-v042 is there already in us-east-1, made by x"):
        step(world, flow, "launch_new", found)


def test_what_had_the_name_before_and_is_still_shown_is_waited_for():
    world, flow, found = planned("in_service")
    new = world.regions[HERE].groups[found.new]
    world.regions[HERE].groups[found.new] = replace(new, tags={asg_tags.PUSH: "x", asg_tags.DISABLED_BY: "x"},
                                                    created_at=world.now - timedelta(days=1))
    with pytest.raises(Retryable, match="AWS still shows the api-prod-v042 that x had in us-east-1"):
        step(world, flow, "in_service", found)
    world.regions[HERE].groups[found.new] = new
    assert world.run(lambda look: step(world, flow, "in_service", found, look.since), "in_service") == found


def test_a_new_asg_on_another_ami_is_not_in_service():
    world, flow, found = planned("in_service")
    world.regions[HERE].groups[found.new].ami = "ami-other"
    with pytest.raises(Refused, match=f"runs ami-other, and not {found.ami}"):
        step(world, flow, "in_service", found)


def test_a_wait_has_a_sentence_with_numbers_a_next_look_and_an_end():
    world, flow, found = planned("in_service")
    waits = step(world, flow, "in_service", found)
    assert waits.reason == "api-prod-v042 has 3 of 5 instances"
    assert waits.since == world.now
    assert waits.next_look == world.now + flow.service.lasts(minutes=1)
    assert waits.gives_up == world.now + flow.service.lasts(minutes=480)


def test_instances_that_never_get_healthy_end_the_wait_with_the_reason():
    world, flow, found = planned("launch_new")
    world.behaves(found.commit, Behaviour(starts=False))
    flow.step("launch_new", found, HERE)
    assert flow.failures["us_east_1.launch_new"].startswith("gave up after 0:01:00: api-prod-v042 has ")


@pytest.mark.parametrize("name", ["red_red", "holds"])
def test_what_was_not_measured_is_never_success(name):
    world, flow, found = planned(name)
    world.metrics[HERE].rows.clear()
    world.metrics[HERE].write = lambda *_: None
    flow.step(name, found, HERE)
    assert flow.failures[f"us_east_1.{name}"].startswith("gave up")
    assert "no request of api-prod-v042 was measured" in flow.failures[f"us_east_1.{name}"]


def test_without_a_measured_load_the_baseline_keeps_its_traffic():
    world, flow, found = planned("disable_baseline")
    world.metrics[HERE].rows.clear()
    waits = step(world, flow, "disable_baseline", found)
    assert waits.reason == ("api-prod-v041 keeps its traffic: the rate of requests could not be measured, "
                            "so nobody knows what must be carried")
    assert "clusters.suspend" not in world.executioner.calls


def test_a_baseline_that_takes_traffic_is_not_deleted():
    world, flow, found = planned("disable_baseline")
    waits = step(world, flow, "delete_baseline", found)
    assert waits.reason == "api-prod-v041 still takes traffic in us-east-1: it is kept"
    assert waits.gives_up
    assert "clusters.delete" not in world.executioner.calls


def test_a_baseline_is_kept_while_the_new_asg_could_not_carry_the_load_alone():
    world, flow, found = planned("delete_baseline")
    for _ in range(4):
        world.dies(HERE, found.new)
    world.advance(3)
    waits = step(world, flow, "delete_baseline", found)
    assert waits.reason.startswith("api-prod-v041 is kept: 1 healthy instance would keep taking traffic, but")
    assert not world.regions[HERE].groups["api-prod-v041"].deleting


def test_the_new_asg_gets_the_baseline_s_scaling_and_sizes_before_the_baseline_goes():
    world, flow, found = planned("delete_baseline")
    step(world, flow, "delete_baseline", found)
    changes = [call for call in world.executioner.calls if call.startswith("clusters.") and call != "clusters.asgs"]
    assert changes == ["clusters.copy_scaling", "clusters.tag", "clusters.resize", "clusters.tag", "clusters.suspend",
                       "clusters.delete"]


@pytest.mark.parametrize("name", IN_A_REGION)
def test_a_step_of_a_finished_region_does_nothing(name):
    world, flow = ready()
    assert flow.region(flow.pushed_commit(), HERE)
    before = world.clusters[HERE].asgs("api-prod")
    assert step(world, flow, name, flow.plan) == flow.plan
    assert world.clusters[HERE].asgs("api-prod") == before


@pytest.mark.parametrize("name", IN_A_REGION)
def test_a_step_of_a_region_that_was_rolled_back_is_refused(name):
    world, flow, found = planned("holds")
    flow.roll_back(HERE)
    token = world.leases.take("api/prod/us-east-1", found.push_id, world.now).token
    with pytest.raises(Refused, match="api-prod-v042 was rolled back in us-east-1"):
        step(world, flow, name, replace(found, lease_token=token))


def test_a_wait_that_goes_on_too_long_gives_up_with_its_reason():
    world, flow, found = planned("disable_baseline")
    since = world.now
    world.metrics[HERE].rows.clear()
    world.metrics[HERE].write = lambda *_: None
    world.advance(60)
    with pytest.raises(GaveUp, match="api-prod-v041 keeps its traffic"):
        step(world, flow, "disable_baseline", found, since)


def test_a_group_of_fixed_size_is_as_large_after_the_push_as_before():
    world, flow = ready()
    old = world.regions[HERE].groups["api-prod-v041"]
    old.min_size = old.max_size = 4
    assert flow.region(flow.pushed_commit(), HERE)
    new = world.regions[HERE].groups["api-prod-v042"]
    assert (new.min_size, new.max_size, new.desired) == (4, 4, 4)
    assert world.lost == 0, world.losses


def test_the_instances_that_a_push_added_stay_while_fewer_could_not_carry_the_load():
    world, flow, found = planned("delete_baseline")
    world.load = 240
    world.advance(20)
    step(world, flow, "delete_baseline", found)
    new = world.regions[HERE].groups["api-prod-v042"]
    assert (new.min_size, new.max_size, new.desired) == (2, 8, 5)


def test_a_baseline_whose_traffic_is_not_measured_keeps_it():
    world, flow, found = planned("disable_baseline")
    world.metrics[HERE].rows.pop(found.baseline)
    waits = step(world, flow, "disable_baseline", found)
    assert "could not be measured" in waits.reason


def test_a_drain_longer_than_the_limit_of_a_wait_is_waited_for():
    world, flow, found = planned("disable_baseline", red_black__limit_minutes=80)
    world.regions[HERE].times = replace(world.regions[HERE].times, drain=30)
    assert flow.service.lasts(minutes=80).total_seconds() == 10
    assert flow.step("disable_baseline", found, HERE) == found, flow.failures


def test_traffic_that_is_off_already_is_not_kept_for_numbers_of_before():
    world, flow, found = planned("disable_baseline")
    world.regions[HERE].times = replace(world.regions[HERE].times, drain=30)
    step(world, flow, "disable_baseline", found)
    world.load = 400
    world.advance(10)
    waits = step(world, flow, "disable_baseline", found)
    assert waits.reason.startswith("api-prod-v041 still drains")


def test_what_people_suspended_stays_suspended_through_a_push():
    world, flow = ready()
    world.regions[HERE].groups["api-prod-v041"].suspended = {"AZRebalance"}
    assert flow.region(flow.pushed_commit(), HERE)
    assert world.regions[HERE].groups["api-prod-v042"].suspended == {"AZRebalance"}


def test_a_new_asg_that_aws_does_not_show_at_once_is_waited_for():
    world, flow, found = planned("launch_new")
    clusters = world.clusters[HERE]
    shown, clusters.asgs = clusters.asgs, lambda cluster: [a for a in shown(cluster) if a.name != found.new]
    assert step(world, flow, "launch_new", found).reason == "api-prod-v042 is created; AWS does not show it yet"
    clusters.asgs = shown
    assert flow.step("launch_new", found, HERE) == found
