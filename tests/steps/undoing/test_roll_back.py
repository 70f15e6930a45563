"""Undoing a push in one region."""

import pytest

from include.domain import asg_tags
from include.domain.errors import BadInput, GaveUp, NothingToUndo, Refused, Retryable
from include.domain.looks import Wait
from include.steps.lease import roll_back_owner
from include.steps.undoing.roll_back import push_to_undo, roll_back
from tests.steps.ready import HERE, KEY, planned, ports, ready
from tests.stories.flow import Flow


def undo(world, push_id: str, owner: str = "", look=None, **asked):
    return roll_back(owner or roll_back_owner(push_id), push_id, world.service, "prod", HERE, look or world.look(),
                     **ports(world, "clusters", "traffic", "limits", "metrics", "leases", "runs"), **asked)


def undone(world, push_id: str, owner: str = "", **asked) -> str:
    return world.run(lambda look: undo(world, push_id, owner, look, **asked), "roll_back")


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


def test_what_is_deleted_just_before_a_person_takes_the_lease_leaves_the_region_free():
    world, _, plan = planned("holds")
    undo(world, plan.push_id, owner="a person")
    assert world.leases.held[KEY].owner == "a person"
    world.regions[HERE].groups.clear()
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


def test_once_the_new_one_takes_no_traffic_the_baseline_s_size_is_its_own_scaling_s_business():
    world, _, plan = planned("holds")
    undone(world, plan.push_id)
    world.load = 390
    world.advance(20)
    before = world.clusters[HERE].asgs("api-prod")
    assert "takes the traffic again" in undo(world, plan.push_id)
    assert world.clusters[HERE].asgs("api-prod") == before


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
    world, _ = ready()
    with pytest.raises(NothingToUndo, match="no push left api-prod anything to go back to in us-east-1"):
        to_undo(world)


def test_a_push_that_is_complete_is_found_and_once_it_is_undone_no_more():
    world, flow = ready()
    flow.region(flow.pushed_commit(), HERE)
    assert to_undo(world) == flow.push_id
    undone(world, flow.push_id, owner="a person", also_complete=True)
    with pytest.raises(NothingToUndo, match="is undone in us-east-1 already"):
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


def test_black_is_sized_to_what_the_region_carries_by_now_and_keeps_what_it_needs():
    world, _, plan = planned("holds")
    world.load = 260
    world.advance(20)
    waits = undo(world, plan.push_id)
    assert waits.reason.endswith("(260 requests/s at 50.0 for each instance need 6)")
    assert undone(world, plan.push_id).startswith("us-east-1: api-prod-v041 takes the traffic again with 6 instances")
    old = world.regions[HERE].groups["api-prod-v041"]
    assert (old.min_size, old.max_size, old.desired) == (2, 8, 6)
    assert world.lost == 0, world.losses


def test_what_was_launched_for_a_load_that_is_gone_is_taken_away_again():
    world, _, plan = planned("holds")
    world.load = 260
    world.advance(20)
    undo(world, plan.push_id)
    world.load = 100
    world.advance(20)
    undone(world, plan.push_id)
    assert world.regions[HERE].groups["api-prod-v041"].desired == 4
    assert world.lost == 0, world.losses


def test_a_metric_store_that_is_down_holds_no_rollback_up_and_the_stricter_count_decides():
    world, _, plan = planned("holds")

    def down(*_):
        raise Retryable("the metric store does not answer")

    world.metrics[HERE].read = down
    assert "the rate of requests is not known" in undo(world, plan.push_id).reason
    undone(world, plan.push_id)
    assert world.regions[HERE].groups["api-prod-v041"].desired == 5


def test_what_one_instance_carries_is_read_from_the_tag_where_it_is_not_declared():
    world, _, plan = planned("holds", red_black__instance_rps=None)
    assert world.regions[HERE].groups[plan.new].tags[asg_tags.INSTANCE_RPS] == f"{plan.instance_rps:g}"
    world.load = 150
    world.advance(20)
    undone(world, plan.push_id)
    assert world.regions[HERE].groups["api-prod-v041"].desired == 6
    assert world.lost == 0, world.losses


def complete(**declared):
    """v042 took over and v041 is deleted."""
    world, flow = ready(**declared)
    flow.region(flow.pushed_commit(), HERE)
    assert list(world.regions[HERE].groups) == ["api-prod-v042"], flow.failures
    world.executioner.calls.clear()
    return world, flow


def test_a_baseline_that_is_deleted_comes_back_as_its_ami_launched_again():
    world, flow = complete()
    groups = world.regions[HERE].groups
    ran = groups["api-prod-v042"].tags[asg_tags.REPLACES_AMI]
    said = undone(world, flow.push_id, owner="a person", also_complete=True)
    assert said.startswith("us-east-1: api-prod-v043 takes the traffic again with 4 instances, launched again on "
                           f"{ran}; api-prod-v042 is kept without until 2026-")
    new = groups["api-prod-v043"]
    assert (new.ami, new.scaling, new.suspended) == (ran, {"cpu", "night"}, set())
    assert (new.min_size, new.max_size, new.desired) == (2, 8, 4)
    assert asg_tags.SIZES not in new.tags
    assert world.lost == 0, world.losses
    assert undone(world, flow.push_id, owner="another", also_complete=True) == said
    assert sorted(groups) == ["api-prod-v042", "api-prod-v043"]


def test_it_is_sized_by_what_the_region_carries_and_keeps_what_people_suspended():
    world, flow = complete()
    world.clusters[HERE].suspend("api-prod-v042", ["AZRebalance"])
    world.load = 260
    world.advance(20)
    undone(world, flow.push_id, owner="a person", also_complete=True)
    new = world.regions[HERE].groups["api-prod-v043"]
    assert (new.desired, new.suspended) == (6, {"AZRebalance"})
    assert world.lost == 0, world.losses


def test_the_one_that_is_undone_keeps_its_traffic_where_the_older_ami_does_not_come_up():
    world, flow = complete()
    world.regions[HERE].no_capacity = "We currently do not have sufficient capacity."
    with pytest.raises(GaveUp, match=r"api-prod-v043 must take traffic first: .*sufficient capacity"):
        undone(world, flow.push_id, owner="a person", also_complete=True)
    assert world.regions[HERE].groups["api-prod-v042"].suspended == set()
    assert world.lost == 0, world.losses
    world.regions[HERE].no_capacity = ""
    undone(world, flow.push_id, owner="a person", also_complete=True)
    assert sorted(world.regions[HERE].groups) == ["api-prod-v042", "api-prod-v043"]


@pytest.mark.parametrize(("what", "value", "says"), [
    ("gone_amis", {"the older"}, "AMI .* is not there for this account"),
    ("most_targets", 6, "its baseline, launched again, needs 4 more targets, and load balancer api-prod has"),
    ("addresses", 5, "its baseline, launched again, needs 4 addresses, and 0 are free in its subnets"),
])
def test_what_cannot_be_launched_again_is_refused_while_nothing_is_changed(what, value, says):
    world, flow = complete()
    region = world.regions[HERE]
    older = region.groups["api-prod-v042"].tags[asg_tags.REPLACES_AMI]
    setattr(region, what, {older} if what == "gone_amis" else value)
    with pytest.raises(Refused, match=f"api-prod-v042 keeps its traffic: {says}"):
        undo(world, flow.push_id, owner="a person", also_complete=True)
    assert list(region.groups) == ["api-prod-v042"]
    assert world.leases.held[KEY].owner == flow.push_id


def test_the_next_push_replaces_what_was_launched_again():
    world, flow = complete()
    undone(world, flow.push_id, owner="a person", also_complete=True)
    world.images.add(world.branches.push("prod", "the mended fix"), "prod")
    after = Flow(world, "api-20261103T120000-abc123")
    assert after.region(after.pushed_commit(), HERE), after.failures
    tags = world.regions[HERE].groups["api-prod-v044"].tags
    assert tags[asg_tags.REPLACES] == "api-prod-v043"
    assert world.lost == 0, world.losses
