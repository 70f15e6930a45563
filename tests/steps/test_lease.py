"""The lease: renewed at every look, checked before every change."""

from datetime import timedelta

import pytest

from include.domain import asg_tags
from include.domain.errors import GaveUp, LeaseLost
from include.domain.looks import Wait
from include.domain.push import PushEnd
from include.steps.lease import SILENT_MINUTES, Held, hold, take
from tests.steps.ready import HERE, KEY, planned, ready

CHANGING = {"create", "resize", "suspend", "resume", "tag", "copy_scaling", "mark_healthy", "delete",
            "add_target_group", "remove_target_group", "set_weights", "register", "deregister"}


def test_every_change_of_a_push_and_of_a_rollback_comes_right_after_a_check_of_the_lease():
    world, flow = ready()
    assert flow.push().end == PushEnd.SUCCESS
    world.branches.push("prod", "another")
    world.images.add(world.branches.head("prod"), "prod")
    undone = type(flow)(world, "api-20261103T120000-abc123")
    undone.region(undone.pushed_commit(), flow.service.canary.region, until="delete_baseline")
    undone.roll_back(flow.service.canary.region)
    calls = world.executioner.calls
    changes = [(calls[i - 1], call) for i, call in enumerate(calls) if call.partition(".")[2] in CHANGING]
    assert {call.partition(".")[2] for _, call in changes} >= CHANGING - {"mark_healthy"}
    assert {before for before, _ in changes} == {"leases.check"}


def test_a_guarded_port_is_not_touched_once_the_lease_is_lost():
    world, _ = ready()
    lease = world.leases.take(KEY, "one", world.now)
    clusters = Held(world.leases, KEY, "one", lease.token).guard(world.clusters["us-east-1"])
    world.leases.take(KEY, "two", world.now, by_force=True)
    assert clusters.asgs("api-prod")
    with pytest.raises(LeaseLost):
        clusters.delete("api-prod-v041")
    assert not world.clusters["us-east-1"].asgs("api-prod")[0].deleting


def test_a_plan_whose_lease_was_given_back_and_is_free_is_not_gone_on_with():
    world, _, plan = planned("launch_new")
    world.leases.release(KEY, plan.push_id)
    with pytest.raises(LeaseLost, match="held by nobody"):
        hold(plan, world.look(), world.leases)
    assert KEY not in world.leases.held


def test_holding_on_moves_the_end_of_the_lease():
    world, _, plan = planned("launch_new")
    before = world.leases.held[KEY].expires_at
    world.advance(5)
    hold(plan, world.look(), world.leases)
    assert world.leases.held[KEY].expires_at >= before + timedelta(seconds=5)


def second(world, flow, look, owner="the second", **how):
    """Another one tries to take the lease."""
    return take(KEY, owner, flow.service, look, world.leases, world.dag_runs, world.clusters[HERE].asgs("api-prod"),
                what="patch push", lasts=timedelta(minutes=40), **how)


def test_who_comes_second_waits_says_for_whom_and_gives_up_after_a_region_s_time():
    world, flow = ready()
    world.leases.take(KEY, "the first", world.now)
    since = world.now
    waits = second(world, flow, world.look(since))
    assert isinstance(waits, Wait)
    assert "held by the first" in waits.reason
    world.advance(flow.service.lasts(minutes=flow.service.red_black.region_minutes).total_seconds())
    with pytest.raises(GaveUp, match="held by the first"):
        second(world, flow, world.look(since))


def test_the_wait_names_push_and_run_since_when_and_about_how_long():
    world, flow = ready()
    since = world.now
    second(world, flow, world.look(), owner="api-20261103T100200-abc123")
    world.advance(15)
    waits = second(world, flow, world.look())
    assert waits.reason == ("the lease of api/prod/us-east-1 is held by patch push api-20261103T100200-abc123 "
                            f"(run manual__1) since {since:%H:%M} UTC, about 40 minutes more")


@pytest.mark.parametrize(("ended", "is_taken"), [(True, True), (False, False), (None, False)])
def test_the_lease_of_a_run_is_taken_once_it_is_known_to_have_ended(ended, is_taken):
    world, flow = ready()
    first = second(world, flow, world.look(), owner="the dead one")
    world.dag_runs.states[world.dag_runs.here] = ended
    world.advance(2)
    held = second(world, flow, world.look())
    assert isinstance(held, Held) is is_taken
    if is_taken:
        assert held.token > first.token
        with pytest.raises(LeaseLost):
            first.check()


def test_an_ended_run_that_gave_a_sign_of_life_just_now_keeps_its_lease():
    world, flow = ready(time_scale=1, time_zero=None)
    second(world, flow, world.look(), owner="the dead one")
    world.dag_runs.states[world.dag_runs.here] = True
    world.advance(SILENT_MINUTES * 60 - 1)
    assert isinstance(second(world, flow, world.look()), Wait)
    world.advance(1)
    assert isinstance(second(world, flow, world.look()), Held)


def test_a_lease_whose_run_nobody_knows_is_not_taken():
    world, flow = ready()
    world.leases.take(KEY, "somebody", world.now)
    world.advance(120)
    assert isinstance(second(world, flow, world.look()), Wait)


def test_of_two_who_find_a_run_ended_the_slower_one_waits_for_the_other():
    world, flow = ready()
    second(world, flow, world.look(), owner="the dead one")
    world.advance(2)

    class Slow(type(world.dag_runs)):
        def ended(self, run):
            world.leases.take(KEY, "the faster", world.now, by_force=True)
            return True

    world.dag_runs = Slow()
    assert "held by the faster" in second(world, flow, world.look()).reason


def test_it_is_taken_from_the_one_who_is_named_at_once():
    world, flow = ready()
    second(world, flow, world.look(), owner="api-1")
    assert isinstance(second(world, flow, world.look(), owner="api-1.roll_back", from_owner="api-1"), Held)
    assert "held by patch push api-1.roll_back" in second(world, flow, world.look(), from_owner="api-1").reason


def test_a_store_that_forgot_its_tokens_gives_out_one_above_those_in_the_tags():
    world, flow = ready()
    world.regions[HERE].groups["api-prod-v041"].tags[asg_tags.LEASE] = "7"
    held = second(world, flow, world.look())
    assert held.token == 8
    assert held.guard(world.clusters[HERE]).asgs("api-prod")


def test_an_asg_carries_the_token_from_its_first_change_on_and_is_tagged_once():
    world, _ = ready()
    clusters = world.ports(HERE)["clusters"]
    token = world.leases.take(KEY, "one", world.now, above=4).token
    guarded = Held(world.leases, KEY, "one", token).guard(clusters)
    guarded.asgs("api-prod")
    guarded.suspend("api-prod-v041", ["AZRebalance"])
    guarded.resume("api-prod-v041", ["AZRebalance"])
    guarded.tag("api-prod-v041", {asg_tags.COLOUR: "red"})
    assert world.regions[HERE].groups["api-prod-v041"].tags[asg_tags.LEASE] == str(token)
    assert world.executioner.calls == [f"clusters.{verb}" for verb in ("asgs", "tag", "suspend", "resume", "tag")]


def test_a_first_change_that_is_a_tag_carries_the_token_itself():
    world, _ = ready()
    clusters = world.ports(HERE)["clusters"]
    token = world.leases.take(KEY, "one", world.now).token
    Held(world.leases, KEY, "one", token).guard(clusters).tag("api-prod-v041", {asg_tags.COLOUR: "red"})
    assert world.regions[HERE].groups["api-prod-v041"].tags == {asg_tags.COLOUR: "red", asg_tags.LEASE: str(token)}
    assert world.executioner.calls == ["clusters.tag"]


def test_an_asg_that_was_changed_under_a_greater_token_fences_off_whoever_reads_it():
    world, _ = ready()
    lease = world.leases.take(KEY, "one", world.now)
    guarded = Held(world.leases, KEY, "one", lease.token).guard(world.clusters[HERE])
    world.regions[HERE].groups["api-prod-v041"].tags[asg_tags.LEASE] = "2"
    with pytest.raises(LeaseLost, match="api-prod-v041 was changed with token 2, and ours is 1"):
        guarded.asgs("api-prod")
