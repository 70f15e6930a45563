"""A push sizes its new ASG by the sweet spot and the forecast, gives it a target of its own, and a rollback takes both
back."""

from dataclasses import replace
from math import ceil

import pytest

from include.domain import asg_tags
from include.domain.errors import Retryable
from include.domain.scaling.policies import REQUESTS, TRACKING, Policy
from tests.steps.ready import HERE, ready
from tests.steps.red_black.test_region import plan
from tests.stories.flow import Flow
from tests.world.squeezed import a_past, squeezed

OURS = Policy("serin-requests", TRACKING, REQUESTS, 900.0, 120)
CPU = Policy("cpu", TRACKING, "ASGAverageCPUUtilization", 60.0)


def at_hand(rps: float | None = 40.0, days: int = 7, policies=(OURS, CPU), **declared):
    """A region with a past, whose push was squeezed; its baseline has the policies."""
    world, flow = ready(**{"scaling": {}, "red_black__instance_rps": None} | declared)
    a_past(world, HERE, days)
    world.regions[HERE].groups["api-prod-v041"].policies = {policy.name: policy for policy in policies}
    if rps:
        squeezed(world, flow.pushed_commit(), rps)
    return world, flow


def policies(world, asg):
    return {policy.name: policy for policy in world.clusters[HERE].policies(asg)}


# --- the size of a push

def test_a_push_is_sized_by_the_forecast_peak_and_the_sweet_spot_and_says_so():
    world, flow = at_hand(rps=25.0, red_black__region_minutes=12 * 60)
    found = plan(world, flow)
    assert found.size == ceil(ceil(160 / 25) * 1.1)
    assert found.size_why.startswith("10 % more than the 7 that carry 160 requests/s at a sweet spot of 25.0 (the "
                                     "same 12 hours of 7 days reached 160 requests/s")
    assert found.size_why.endswith("4 are in service")


def test_it_is_never_smaller_than_what_is_in_service():
    world, flow = at_hand(rps=90.0)
    found = plan(world, flow)
    assert found.size == 5
    assert "10 % more than the 4 in service, which is no fewer than the 1 that carry" in found.size_why


def test_it_never_passes_the_maximum_of_the_baseline_by_more_than_the_extra():
    world, flow = at_hand(rps=2.0)
    assert plan(world, flow).size == 9
    assert "are more than the maximum of 8" in plan(world, flow).size_why


@pytest.mark.parametrize("days", [0, 1], ids=["none", "one day"])
def test_too_little_history_sizes_it_as_before(days):
    world, flow = at_hand(rps=2.0, days=days)
    found = plan(world, flow)
    assert (found.size, found.size_why) == (5, "10 % more than the 4 in service")


def test_a_metric_store_that_does_not_know_the_past_stops_no_push(monkeypatch):
    world, flow = at_hand(rps=2.0)
    read = world.metrics[HERE].read

    def only_lately(asgs, since, until, names=None):
        if until - since >= flow.service.lasts(hours=24):
            raise Retryable("too much")
        return read(asgs, since, until, names)

    monkeypatch.setattr(world.metrics[HERE], "read", only_lately)
    found = plan(world, flow)
    assert found.size == 5
    assert "minimum stays at 2: too little history" in found.scaling_said


def test_traffic_that_asgs_served_which_are_gone_counts():
    world, flow = at_hand(rps=25.0, days=0, red_black__region_minutes=12 * 60)
    world.metrics[HERE].rows.clear()
    a_past(world, HERE, 3, asg="api-prod-v037")
    a_past(world, HERE, 3, lambda part: 30, asg="api-prod-canary-v038")
    world.advance(1)
    assert "the same 12 hours of 3 days reached 190 requests/s" in plan(world, flow).size_why


@pytest.mark.parametrize(("spot", "declared", "carries"), [
    ({"rps": 60.0}, None, 57.0), ({"rps": 60.0, "baseline_rps": 40.0}, None, 38.0), ({"rps": 60.0}, 50, 50.0),
    ({"rps": 10.0}, None, 25.0)],
    ids=["the low end of what was found", "the lesser of both AMIs: a rollback counts on the other", "declared wins",
         "never less than what they carry now"])
def test_law_1_counts_on_what_an_instance_carries_for_sure(spot, declared, carries):
    world, flow = at_hand(rps=None, days=0, red_black__instance_rps=declared)
    squeezed(world, flow.pushed_commit(), **spot)
    assert plan(world, flow).instance_rps == pytest.approx(carries, rel=0.02)


# --- what it scales by

def test_the_plan_shows_the_difference_before_anything_is_changed():
    world, flow = at_hand()
    found = plan(world, flow)
    assert found.scaling == "serin-requests/1680/120/2"
    assert found.scaling_before == "serin-requests/900/120/2"
    assert found.scaling_said.splitlines()[0].startswith(
        "policy serin-requests from 900 requests a minute for each target to 1,680 requests a minute")
    assert policies(world, "api-prod-v041") == {"serin-requests": OURS, "cpu": CPU}


def test_a_service_that_declares_no_scaling_gets_the_baselines_as_before():
    world, flow = at_hand(scaling=None)
    flow.region(flow.pushed_commit(), HERE)
    assert not flow.failures
    assert (flow.plan.scaling, flow.plan.scaling_said) == ("", "")
    assert policies(world, "api-prod-v042") == {"serin-requests": OURS, "cpu": CPU}


def test_the_new_asg_gets_its_own_target_and_minimum_and_the_teams_other_policies():
    world, flow = at_hand(scaling={"minimum_at_least": 3})
    flow.region(flow.pushed_commit(), HERE)
    assert not flow.failures
    new = world.regions[HERE].groups["api-prod-v042"]
    assert policies(world, new.name) == {"serin-requests": replace(OURS, target=1680.0), "cpu": CPU}
    assert (new.min_size, new.desired) == (3, 4)
    assert "api-prod-v041" not in world.regions[HERE].groups
    assert not world.lost


def test_a_minimum_above_what_the_baseline_had_is_what_the_new_asg_ends_with():
    world, flow = at_hand(scaling={"minimum_at_least": 6})
    flow.region(flow.pushed_commit(), HERE)
    assert not flow.failures
    new = world.regions[HERE].groups["api-prod-v042"]
    assert (new.min_size, new.desired, new.max_size) == (6, 6, 8)


def test_planning_again_after_the_launch_changes_nothing_of_what_was_decided():
    world, flow = at_hand()
    flow.region(flow.pushed_commit(), HERE, until="red_red")
    first = flow.plan
    a_past(world, HERE, 7, lambda part: 400)
    world.regions[HERE].groups["api-prod-v041"].policies["serin-requests"] = replace(OURS, target=1.0)
    again = plan(world, flow)
    assert (again.scaling, again.scaling_before) == (first.scaling, first.scaling_before)


def test_a_policy_that_a_team_puts_there_during_the_push_is_left_alone():
    world, flow = at_hand(policies=(CPU,))
    flow.region(flow.pushed_commit(), HERE, until="delete_baseline")
    theirs = Policy("team", TRACKING, REQUESTS, 100.0)
    world.regions[HERE].groups["api-prod-v041"].policies["team"] = theirs
    flow.step("delete_baseline", flow.plan, HERE)
    assert not flow.failures
    assert policies(world, "api-prod-v042") == {"team": theirs, "cpu": CPU}


def test_every_change_of_scaling_comes_right_after_a_check_of_the_lease():
    world, flow = at_hand()
    flow.region(flow.pushed_commit(), HERE)
    calls = world.executioner.calls
    assert [calls[at - 1] for at, call in enumerate(calls) if call == "clusters.track_requests"] == ["leases.check"]


# --- and back

def test_a_rollback_leaves_the_old_asg_the_scaling_that_it_always_had():
    world, flow = at_hand()
    flow.region(flow.pushed_commit(), HERE, until="delete_baseline")
    flow.roll_back(HERE)
    old = world.regions[HERE].groups["api-prod-v041"]
    assert policies(world, old.name) == {"serin-requests": OURS, "cpu": CPU}
    assert (old.min_size, old.max_size, old.desired) == (2, 8, 4)
    assert policies(world, "api-prod-v042") == {}


@pytest.mark.parametrize("there", [(OURS, CPU), (CPU,)], ids=["it had a target", "it had none"])
def test_an_ami_that_is_launched_again_scales_as_it_did(there):
    world, flow = at_hand(policies=there, scaling={"minimum_at_least": 3})
    flow.region(flow.pushed_commit(), HERE)
    assert policies(world, "api-prod-v042")["serin-requests"].target == 1680
    undo = Flow(world, "api-20261103T120000-abc123")
    undo.roll_back(HERE, owner="by hand", push_id=flow.push_id, also_complete=True)
    assert not undo.failures
    restored = world.regions[HERE].groups["api-prod-v043"]
    assert restored.tags[asg_tags.ROLE] == asg_tags.Role.RESTORED
    assert policies(world, restored.name) == {policy.name: policy for policy in there}
    assert (restored.min_size, restored.desired) == (2, 4)
