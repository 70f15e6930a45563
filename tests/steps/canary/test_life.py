"""The canary's life, each step by itself."""

from datetime import timedelta

import pytest

from include.domain import asg_tags
from include.domain.errors import BadInput, Inconclusive, NoGo, Refused
from include.domain.looks import Wait
from include.steps.canary import life as canary
from tests.steps.ready import HERE, KEY, ports, ready
from tests.world.region import Behaviour


def launch(world, flow, since=None):
    return canary.launch_canary(flow.pushed_commit(), flow.service, world.look(since),
                                **ports(world, "clusters", "traffic", "images", "metrics", "leases", "runs", "archive"))


def launched(world, flow):
    return world.run(lambda look: launch(world, flow, look.since), "canary.launch")


def bake(world, flow, found):
    return canary.bake(found, flow.service, world.look(), **ports(world, "clusters", "traffic", "metrics", "archive"))


def retire(world, flow):
    return canary.retire(flow.pushed_commit(), flow.service, world.look(),
                         **ports(world, "clusters", "traffic", "metrics", "leases", "runs"))


def weights(world) -> dict[str, int]:
    region = world.regions[HERE]
    return {region.target_groups[arn].name: weight for arn, weight in region.weights.items()}


def test_target_groups_enter_the_listener_at_weight_0_and_the_pair_is_sized_before_it_takes_traffic():
    world, flow = ready()
    waits = launch(world, flow)
    assert isinstance(waits, Wait)
    assert weights(world) == {"api-prod": 100, "api-prod-canary": 0, "api-prod-baseline": 0}
    changes = [call.partition(".")[2] for call in world.executioner.calls
               if call.split(".")[1] in {"add_target_group", "set_weights", "create", "resize"}]
    assert changes == ["add_target_group"] * 2 + ["set_weights"] + ["create", "resize"] * 2


def test_the_pair_gets_equal_shares_once_both_are_healthy():
    world, flow = ready()
    found = launched(world, flow)
    assert weights(world) == {"api-prod": 60, "api-prod-canary": 20, "api-prod-baseline": 20}
    assert (found.canary_asg, found.baseline_asg) == ("api-prod-canary-v042", "api-prod-baseline-v042")
    assert (found.launched_at, found.bake_until - found.launched_at) == (world.now, timedelta(seconds=30))


def test_the_baseline_runs_the_ami_of_the_running_asg_and_the_canary_the_new_one():
    world, flow = ready(canary__size=2)
    found = launched(world, flow)
    groups = world.regions[HERE].groups
    assert groups[found.baseline_asg].ami == groups["api-prod-v041"].ami
    assert groups[found.canary_asg].ami == world.images.named(flow.pushed_commit().ami).ids[HERE]
    assert {len(groups[name].machines) for name in (found.baseline_asg, found.canary_asg)} == {2}
    assert asg_tags.EXPIRES_AT in groups[found.canary_asg].tags


def test_target_groups_that_an_older_push_left_are_used_again_without_their_weight():
    world, flow = ready()
    traffic = world.traffic[HERE]
    main = traffic.target_group("api-prod")
    left = [traffic.add_target_group(f"api-prod-{detail}", main) for detail in ("canary", "baseline")]
    world.load = 0
    traffic.set_weights({main: 60, **dict.fromkeys(left, 20)})
    launch(world, flow)
    assert [traffic.target_group(f"api-prod-{detail}") for detail in ("canary", "baseline")] == left
    assert weights(world) == {"api-prod": 100, "api-prod-canary": 0, "api-prod-baseline": 0}


def test_the_canary_of_another_push_is_not_touched():
    world, flow = ready()
    launched(world, flow)
    other = type(flow)(world, "api-20261103T120000-abc123")
    world.leases.release(KEY, flow.push_id)
    with pytest.raises(Refused, match=f"api-prod-canary-v042 of {flow.push_id} is still there in us-east-1"):
        launch(world, other)


def test_the_canary_of_another_push_that_is_being_deleted_is_waited_for():
    world, flow = ready()
    found = launched(world, flow)
    other = type(flow)(world, "api-20261103T120000-abc123")
    world.leases.release(KEY, flow.push_id)
    world.clusters[HERE].delete(found.canary_asg)
    assert launch(world, other).reason == "api-prod-canary-v042 is still being deleted"


def test_a_listener_that_forwards_to_somebody_else_is_not_touched():
    world, flow = ready()
    traffic = world.traffic[HERE]
    main = traffic.target_group("api-prod")
    traffic.set_weights({main: 90, traffic.add_target_group("experiment", main): 0})
    with pytest.raises(Refused, match="also forwards to experiment"):
        launch(world, flow)


def test_a_bake_waits_with_the_score_so_far_and_judges_nothing_of_the_warm_up():
    world, flow = ready(canary__bake_hours=8)
    found = launched(world, flow)
    assert bake(world, flow, found).score is None
    world.advance(40)
    waits = bake(world, flow, found)
    assert waits.score == 100
    assert waits.next_look == world.now + flow.service.lasts(minutes=10)
    assert waits.gives_up == found.bake_until


def test_a_bake_ends_at_its_time_and_not_a_look_later():
    world, flow = ready(canary__look_every_minutes=160)
    found = launched(world, flow)
    world.advance(20)
    assert bake(world, flow, found).next_look == found.bake_until
    world.advance(10)
    assert bake(world, flow, found) == found


def test_a_harm_in_the_warm_up_is_no_harm():
    world, flow = ready(canary__warm_up_minutes=160)
    found = launched(world, flow)
    world.changes(HERE, found.canary_asg, Behaviour(p99_ms=900))
    world.advance(15)
    assert isinstance(bake(world, flow, found), Wait)
    world.changes(HERE, found.canary_asg, Behaviour())
    world.advance(15)
    assert bake(world, flow, found) == found


def test_overwhelming_harm_is_a_no_go_at_the_next_look():
    world, flow = ready(canary__bake_hours=8)
    found = launched(world, flow)
    world.changes(HERE, found.canary_asg, Behaviour(p99_ms=900))
    world.advance(30)
    with pytest.raises(NoGo, match=r"no-go: overwhelming harm: hot: latency_ms\.all\.p99"):
        bake(world, flow, found)


def test_a_canary_asg_that_is_gone_is_a_no_go():
    world, flow = ready()
    found = launched(world, flow)
    world.clusters[HERE].delete(found.canary_asg)
    with pytest.raises(NoGo, match="api-prod-canary-v042 is gone"):
        bake(world, flow, found)


def test_without_a_baseline_nothing_can_be_said():
    world, flow = ready()
    found = launched(world, flow)
    world.clusters[HERE].delete(found.baseline_asg)
    with pytest.raises(Inconclusive, match="nothing to compare with"):
        bake(world, flow, found)


def test_where_both_sides_fell_over_the_canary_is_not_blamed():
    world, flow = ready()
    found = launched(world, flow)
    for name in (found.canary_asg, found.baseline_asg):
        world.dies(HERE, name)
    world.advance(3)
    with pytest.raises(Inconclusive, match="neither side is in service"):
        bake(world, flow, found)


def test_weights_that_somebody_moved_end_the_bake():
    world, flow = ready()
    found = launched(world, flow)
    traffic = world.traffic[HERE]
    traffic.set_weights(dict.fromkeys(traffic.weights(), 0) | {traffic.target_group("api-prod"): 100})
    with pytest.raises(Inconclusive, match="somebody moved the listener's weights"):
        bake(world, flow, found)


def test_nothing_to_retire_needs_no_lease():
    world, flow = ready()
    world.leases.take(KEY, "somebody", world.now)
    assert retire(world, flow) is None


def test_what_another_push_tries_is_not_retired():
    world, flow = ready()
    launched(world, flow)
    assert retire(world, type(flow)(world, "api-20261103T120000-abc123")) is None
    assert len(world.clusters[HERE].asgs("api-prod")) == 3


def test_weights_go_back_before_anything_else():
    world, flow = ready()
    launched(world, flow)
    world.executioner.calls.clear()
    assert retire(world, flow).reason == "2 instances of canary and baseline drain (at most 4 s)"
    assert weights(world) == {"api-prod": 100, "api-prod-canary": 0, "api-prod-baseline": 0}
    changes = [call for call in world.executioner.calls if call.endswith(("set_weights", "deregister", "delete"))]
    assert changes == ["traffic.set_weights"] + ["traffic.deregister"] * 2


def test_the_pair_keeps_its_share_while_the_main_asg_cannot_carry_it():
    world, flow = ready()
    launched(world, flow)
    world.load = 160
    world.dies(HERE, "api-prod-v041")
    world.advance(20)
    world.regions[HERE].no_capacity = "none"
    world.dies(HERE, "api-prod-v041")
    world.advance(3)
    waits = retire(world, flow)
    assert waits.reason == ("canary and baseline keep their share: 3 healthy instances would keep taking traffic, but "
                            "160 requests/s at 50.0 for each instance need 4")
    assert weights(world)["api-prod-canary"] == 20
    world.load = 120
    world.advance(20)
    retire(world, flow)
    assert weights(world)["api-prod-canary"] == 0


@pytest.mark.parametrize("declared", [{"red_black__instance_rps": None}, {}], ids=["nobody declared it", "no metrics"])
def test_where_it_is_not_known_what_must_be_carried_the_main_asg_must_be_whole(declared):
    world, flow = ready(**declared)
    launched(world, flow)
    if not declared:
        world.metrics[HERE].rows.clear()
    world.dies(HERE, "api-prod-v041")
    world.advance(3)
    if not declared:
        world.metrics[HERE].rows.clear()
    waits = retire(world, flow)
    assert waits.reason.startswith("canary and baseline keep their share: api-prod-v041 has 3 of 4")
    assert weights(world)["api-prod-canary"] == 20


def test_the_pair_gets_no_share_that_it_cannot_carry():
    world, flow = ready(canary__share_percent=30)
    world.load = 190
    world.advance(20)
    since = world.now
    world.until(lambda: "no share" in launch(world, flow, since).reason)
    assert launch(world, flow, since).reason.startswith(
        "canary and baseline get no share yet: 1 healthy instance would keep taking traffic, but 57 requests/s")
    assert weights(world)["api-prod-canary"] == 0


def test_a_pair_that_serves_nobody_loses_its_share_whatever_the_main_asg_does():
    world, flow = ready()
    found = launched(world, flow)
    for name in (found.canary_asg, found.baseline_asg, "api-prod-v041"):
        world.dies(HERE, name)
    world.advance(3)
    retire(world, flow)
    assert weights(world)["api-prod-canary"] == 0


def test_a_share_that_would_break_so_few_instances_is_refused_before_anything_is_changed():
    world, flow = ready(canary__share_percent=40)
    world.advance(1)
    with pytest.raises(BadInput, match=r"canary.size: 40 % .* each of 1 1.6 times the load of one of the 4 in service"):
        launch(world, flow)
    assert weights(world) == {"api-prod": 100}


def test_a_running_asg_outside_the_declared_target_group_is_refused_before_anything_is_changed():
    world, flow = ready()
    world.regions[HERE].groups["api-prod-v041"].target_groups = ()
    with pytest.raises(BadInput, match="not attached to api-prod, the declared target group in us-east-1"):
        launch(world, flow)
    assert weights(world) == {"api-prod": 100}
