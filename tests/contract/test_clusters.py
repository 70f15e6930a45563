"""What every `Clusters` promises."""

import pytest

from include.domain.cluster import NewAsg
from include.domain.errors import BadInput, Final
from include.domain.scaling.policies import REQUESTS, TRACKING, Policy, Tracking

TAGS = {"serin:push": "api-20261103T100000-abc123", "serin:role": "new"}
LAUNCHES = ("Launch", "Terminate")


def create(world, name: str, **changes) -> str:
    world.clusters.create(NewAsg(name, world.asg, world.ami, 6, TAGS, **changes))
    return name


def sized(world, name: str, count: int) -> None:
    world.clusters.resize(name, minimum=count, maximum=6, desired=count)


def test_an_asg_is_shown_as_it_stands(world):
    asg, = world.clusters.asgs(world.cluster)
    assert (asg.name, asg.min_size, asg.max_size, asg.desired, asg.in_service) == (world.asg, 2, 10, 2, 2)
    assert asg.target_groups == (world.target_group,)
    assert asg.ami.startswith("ami-")
    assert asg.template_version.isdecimal()
    assert not asg.suspended
    assert not asg.deleting
    assert asg.created_at.tzinfo is not None


def test_a_new_asg_stands_at_zero_on_its_ami_with_its_tags_and_a_template_version_of_its_own(world):
    name = create(world, f"{world.cluster}-v042")
    old, new = world.clusters.asgs(world.cluster)
    assert (new.name, new.min_size, new.max_size, new.desired, new.instances) == (name, 0, 6, 0, ())
    assert (new.ami, new.target_groups) == (world.ami, old.target_groups)
    assert TAGS.items() <= new.tags.items()
    assert old.ami != world.ami
    assert (new.template, new.template_version) != (old.template, old.template_version)


def test_creating_twice_makes_one(world):
    name = create(world, f"{world.cluster}-v042")
    sized(world, name, 1)
    create(world, name)
    assert [asg.name for asg in world.clusters.asgs(world.cluster)] == [world.asg, name]
    assert world.one(name).desired == 1


def test_a_canary_is_of_the_cluster_and_has_its_own_target_group(world):
    arn = world.traffic.add_target_group(f"{world.cluster}-canary", world.target_group)
    name = create(world, f"{world.cluster}-canary-v042", target_groups=(arn,))
    assert world.one(name).target_groups == (arn,)


def test_another_cluster_whose_name_begins_alike_is_passed_over(world):
    create(world, f"{world.cluster}x-v001")
    assert [asg.name for asg in world.clusters.asgs(world.cluster)] == [world.asg]


def test_an_asg_like_one_that_is_not_there_is_refused(world):
    with pytest.raises(Final, match="nobody-v001"):
        world.clusters.create(NewAsg(f"{world.cluster}-v042", "nobody-v001", world.ami, 6, TAGS))


def test_instances_come_into_service_and_take_traffic(world):
    name = create(world, f"{world.cluster}-v042")
    sized(world, name, 2)
    asg = world.serving(name, 2)
    assert all(instance.zone for instance in asg.instances)
    activities = world.until(lambda: (found := world.clusters.activities(name)) and
                             not any(a.in_progress for a in found) and found)
    assert len(activities) == 2
    assert {activity.launched for activity in activities} == {instance.id for instance in asg.instances}


def test_fewer_wanted_are_taken_out_of_traffic_and_gone(world):
    world.clusters.resize(world.asg, minimum=1, maximum=10, desired=1)
    asg = world.until(lambda: (asg := world.one(world.asg)) and len(asg.instances) == 1 and asg)
    world.until(lambda: set(world.states()) == {asg.instances[0].id})
    ended = [activity for activity in world.clusters.activities(world.asg) if activity.launched == ""]
    assert len(ended) == 1, "what is terminated was not launched by that"


@pytest.mark.parametrize(("minimum", "maximum", "becomes"), [(1, 8, 2), (3, 8, 3), (0, 1, 1)])
def test_bounds_alone_move_the_size_only_as_far_as_they_must(world, minimum, maximum, becomes):
    world.clusters.resize(world.asg, minimum=minimum, maximum=maximum)
    asg = world.one(world.asg)
    assert (asg.min_size, asg.max_size, asg.desired) == (minimum, maximum, becomes)


def test_more_than_the_maximum_is_refused(world):
    with pytest.raises(Final):
        world.clusters.resize(world.asg, minimum=2, maximum=10, desired=11)
    assert world.one(world.asg).desired == 2


def test_while_launch_is_suspended_nothing_is_launched(world):
    still, moving = create(world, f"{world.cluster}-v042"), create(world, f"{world.cluster}-v043")
    world.clusters.suspend(still, ["Launch"])
    sized(world, still, 1)
    sized(world, moving, 1)
    world.serving(moving, 1)
    assert world.one(still).instances == ()
    world.clusters.resume(still, ["Launch"])
    world.serving(still, 1)


def test_while_terminate_is_suspended_nothing_is_taken_away(world):
    moving = create(world, f"{world.cluster}-v042")
    world.clusters.suspend(world.asg, ["Terminate"])
    world.clusters.resize(world.asg, minimum=0, maximum=10, desired=0)
    sized(world, moving, 1)
    world.serving(moving, 1)
    assert world.one(world.asg).in_service == 2


def test_while_adding_to_the_load_balancer_is_suspended_a_new_instance_takes_no_traffic(world):
    name = create(world, f"{world.cluster}-v042")
    world.clusters.suspend(name, ["AddToLoadBalancer"])
    sized(world, name, 1)
    asg = world.until(lambda: (asg := world.one(name)) and asg.in_service == 1 and asg)
    assert asg.instances[0].id not in world.states()


def test_suspending_and_resuming_may_be_said_twice(world):
    for _ in range(2):
        world.clusters.suspend(world.asg, LAUNCHES)
    assert world.one(world.asg).suspended == set(LAUNCHES)
    for _ in range(2):
        world.clusters.resume(world.asg, ["Launch"])
    assert world.one(world.asg).suspended == {"Terminate"}


def test_tags_are_written_replaced_and_removed(world):
    world.clusters.tag(world.asg, {"serin:sizes": "4/8/4", "serin:colour": "red"})
    world.clusters.tag(world.asg, {"serin:sizes": None, "serin:colour": "black", "serin:expires-at": None})
    tags = world.one(world.asg).tags
    assert (tags.get("serin:sizes"), tags["serin:colour"], tags.get("serin:expires-at")) == (None, "black", None)


def test_scaling_is_copied_however_often_it_is_said(world):
    name = create(world, f"{world.cluster}-v042")
    for _ in range(2):
        world.clusters.copy_scaling(world.asg, name)


def test_an_instance_that_is_gone_is_marked_healthy_in_vain(world):
    world.clusters.mark_healthy(["i-00000000000abcdef"])


def test_a_deleted_asg_goes_with_its_instances_and_may_be_deleted_again(world):
    name = create(world, f"{world.cluster}-v042")
    sized(world, name, 1)
    world.serving(name, 1)
    world.clusters.delete(name)
    assert (asg := world.one(name)) is None or asg.deleting
    world.until(lambda: world.one(name) is None)
    world.until(lambda: len(world.states()) == 2)
    world.clusters.delete(name)


def test_an_asg_that_is_not_there_is_named(world):
    with pytest.raises(Final, match="nobody-v001"):
        world.clusters.resize("nobody-v001", minimum=0, maximum=1, desired=0)


def test_target_tracking_on_requests_is_put_and_read_back(world):
    world.clusters.track_requests(world.asg, Tracking("serin-requests", 5040.0, 185))
    assert world.clusters.policies(world.asg) == [
        Policy("serin-requests", TRACKING, REQUESTS, 5040.0, 185)]


def test_target_tracking_that_is_there_gets_the_new_target_and_stays_one_policy(world):
    for per_minute, warm_up in ((5040.0, 185), (6000.0, None)):
        world.clusters.track_requests(world.asg, Tracking("serin-requests", per_minute, warm_up))
    assert world.clusters.policies(world.asg) == [Policy("serin-requests", TRACKING, REQUESTS, 6000.0)]


def test_policies_are_copied_to_the_new_asg_which_keeps_what_it_has(world):
    name = create(world, f"{world.cluster}-v042")
    world.clusters.track_requests(world.asg, Tracking("serin-requests", 5040.0, 185))
    world.clusters.copy_scaling(world.asg, name)
    world.clusters.track_requests(name, Tracking("serin-requests", 6000.0, 90))
    world.clusters.copy_scaling(world.asg, name)
    assert world.clusters.policies(name) == [Policy("serin-requests", TRACKING, REQUESTS, 6000.0, 90)]
    assert world.clusters.policies(world.asg) == [Policy("serin-requests", TRACKING, REQUESTS, 5040.0, 185)]


def test_a_policy_is_dropped_however_often_it_is_said_and_that_of_another_asg_stays(world):
    name = create(world, f"{world.cluster}-v042")
    for asg in (world.asg, name):
        world.clusters.track_requests(asg, Tracking("serin-requests", 5040.0, 185))
    for _ in range(2):
        world.clusters.drop_policy(name, "serin-requests")
    assert world.clusters.policies(name) == []
    assert [policy.name for policy in world.clusters.policies(world.asg)] == ["serin-requests"]


def test_an_asg_of_no_load_balancer_cannot_track_its_requests(world):
    name = create(world, f"{world.cluster}-v042", target_groups=())
    with pytest.raises(BadInput, match=f"{name} is in 0 target groups"):
        world.clusters.track_requests(name, Tracking("serin-requests", 5040.0))
    assert world.clusters.policies(name) == []


def test_what_a_new_asg_launches_is_the_version_that_was_made_for_it(world):
    name = create(world, f"{world.cluster}-v042")
    launches = world.clusters.launches(name)
    assert launches.asg == name
    assert launches.runs.number == world.one(name).template_version
    assert launches.runs.made_for == name
    assert launches.made == launches.runs
    assert launches.newest is None
    assert launches.runs.data["ImageId"] == world.ami
    assert launches.runs.made_at.tzinfo is not None


def test_what_an_asg_that_is_not_there_launches_is_refused_by_name(world):
    with pytest.raises(Final, match="nobody-v001"):
        world.clusters.launches("nobody-v001")
