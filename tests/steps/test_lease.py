"""The lease: renewed at every look, checked before every change."""

from datetime import timedelta

import pytest

from include.domain.errors import GaveUp, LeaseLost
from include.domain.looks import Wait
from include.domain.push import PushEnd
from include.steps.lease import Held, hold, take
from tests.steps.ready import KEY, planned, ready

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


def test_who_comes_second_waits_says_for_whom_and_gives_up_after_a_region_s_time():
    world, flow = ready()
    world.leases.take(KEY, "the first", world.now)
    since = world.now
    waits = take(KEY, "the second", flow.service, world.look(since), world.leases)
    assert isinstance(waits, Wait)
    assert "held by the first" in waits.reason
    world.advance(flow.service.lasts(minutes=flow.service.red_black.region_minutes).total_seconds())
    with pytest.raises(GaveUp, match="held by the first"):
        take(KEY, "the second", flow.service, world.look(since), world.leases)
