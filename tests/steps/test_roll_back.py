"""Undoing a push in one region."""

import pytest

from include.domain import asg_tags
from include.domain.errors import BadInput, NothingToUndo
from include.domain.looks import Wait
from include.steps.lease import roll_back_owner
from include.steps.roll_back import push_to_undo, roll_back
from tests.steps.ready import HERE, KEY, planned, ports, ready


def undo(world, push_id: str, owner: str = ""):
    return roll_back(owner or roll_back_owner(push_id), push_id, world.service, "prod", HERE, world.look(),
                     **ports(world, "clusters", "traffic", "leases"))


def undone(world, push_id: str, owner: str = "") -> str:
    return world.run(lambda look: undo(world, push_id, owner), "roll_back")


def to_undo(world) -> str:
    return push_to_undo(world.service, "prod", HERE, **ports(world, "clusters"))


def test_a_push_that_changed_nothing_there_is_nothing_to_undo_and_takes_no_lease():
    world, flow = ready()
    world.leases.take(KEY, "somebody", world.now)
    with pytest.raises(NothingToUndo, match="changed nothing of api-prod in us-east-1"):
        undo(world, flow.push_id, owner="a person")
    assert world.leases.held[KEY].owner == "somebody"


def test_a_region_that_is_complete_is_nothing_to_undo():
    world, flow = ready()
    flow.region(flow.pushed_commit(), HERE)
    with pytest.raises(NothingToUndo, match="us-east-1 runs api-prod-v042 and its baseline is deleted"):
        undo(world, flow.push_id)


def test_a_baseline_that_is_deleted_just_before_a_person_takes_the_lease_leaves_the_region_free():
    world, _, plan = planned("holds")
    undo(world, plan.push_id, owner="a person")
    assert world.leases.held[KEY].owner == "a person"
    del world.regions[HERE].groups["api-prod-v041"]
    with pytest.raises(NothingToUndo):
        undo(world, plan.push_id, owner="a person")
    assert not world.leases.held


def test_its_sentence_says_who_serves_and_how_long_the_other_is_kept():
    world, _, plan = planned("holds")
    said = undone(world, plan.push_id)
    expires = world.regions[HERE].groups["api-prod-v042"].tags[asg_tags.EXPIRES_AT]
    assert said == ("us-east-1: api-prod-v041 takes the traffic again with 4 instances; "
                    f"api-prod-v042 is kept without until {expires}")


def test_saying_it_again_changes_nothing_and_gives_the_lease_back():
    world, _, plan = planned("holds")
    first = undone(world, plan.push_id)
    before = world.clusters[HERE].asgs("api-prod")
    assert undo(world, plan.push_id) == first
    assert world.clusters[HERE].asgs("api-prod") == before
    assert not world.leases.held


def test_the_push_s_own_rollback_takes_the_lease_from_the_push_and_from_nobody_else():
    world, _, plan = planned("holds")
    undo(world, plan.push_id)
    assert world.leases.held[KEY].owner == roll_back_owner(plan.push_id)
    world.leases.take(KEY, "a person", world.now, by_force=True)
    waits = undo(world, plan.push_id)
    assert isinstance(waits, Wait)
    assert "held by a person" in waits.reason


def test_a_person_s_takes_it_from_whoever_holds_it():
    world, _, plan = planned("holds")
    undo(world, plan.push_id, owner="a person")
    assert world.leases.held[KEY].owner == "a person"


def test_the_new_asg_keeps_its_traffic_until_black_is_healthy():
    world, _, plan = planned("holds")
    waits = undo(world, plan.push_id)
    assert waits.reason.startswith("api-prod-v041 must take traffic first: ")
    assert "traffic.deregister" not in world.executioner.calls
    assert not world.regions[HERE].groups["api-prod-v042"].suspended


def test_the_newest_push_that_can_be_undone_is_found():
    world, _, plan = planned("holds")
    assert to_undo(world) == plan.push_id


def test_where_nothing_can_be_undone_it_says_so():
    world, flow = ready()
    with pytest.raises(NothingToUndo, match="no push left api-prod anything to go back to in us-east-1"):
        to_undo(world)
    flow.region(flow.pushed_commit(), HERE)
    with pytest.raises(NothingToUndo, match="its baseline is deleted"):
        to_undo(world)


def test_sizes_that_nobody_can_read_stop_the_rollback():
    world, _, plan = planned("holds")
    world.clusters[HERE].tag("api-prod-v041", {asg_tags.SIZES: "many"})
    with pytest.raises(BadInput, match="tag serin:sizes is 'many'"):
        undo(world, plan.push_id)


def test_a_baseline_that_is_black_comes_back_also_where_somebody_deleted_the_new_asg():
    world, _, plan = planned("holds")
    world.load = 0
    world.clusters[HERE].delete(plan.new)
    assert undone(world, plan.push_id).endswith("with 4 instances; the new ASG was deleted before")
    old = world.regions[HERE].groups["api-prod-v041"]
    assert (old.min_size, old.max_size, old.desired, old.suspended) == (2, 8, 4, set())
