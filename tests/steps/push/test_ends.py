"""The two ends of a push."""

import json
from datetime import timedelta

import pytest

from include.domain import asg_tags
from include.domain.errors import BadInput, Refused
from include.domain.push import PushEnd
from include.steps.lease import roll_back_owner
from include.steps.push.ends import PushRequest, finish_push, start_push
from include.steps.push.record import kept_record, revise_record
from tests.steps.ready import HERE, KEY, planned, ready
from tests.world.declared import service
from tests.world.world import World


def start(world: World, kind: str = "patch", commit: str = "", ami: str = ""):
    request = PushRequest(kind, commit, ami, "a fix", "Ada")
    return start_push(request, "api-1", world.service, world.now, world.branches, world.images, world.clusters)


def finish(world: World, flow, **failures: str):
    return finish_push(flow.pushed_commit(), failures, flow.service, world.now, world.clusters, world.archive,
                       world.leases)


def test_without_a_commit_or_an_ami_the_head_of_prod_is_pushed():
    world, _ = ready()
    push = start(world)
    assert (push.id, push.commit, push.branch, push.ami) == ("api-1", world.branches.head("prod"), "prod", "")
    assert (push.service, push.environment, push.kind, push.started_at) == ("api", "prod", "patch", world.now)


def test_a_short_hash_becomes_the_whole_commit():
    world, _ = ready()
    assert start(world, commit=world.branches.head("prod")[:7]).commit == world.branches.head("prod")


def running(world: World, commit: str) -> None:
    """The running ASG says that this is its commit."""
    world.regions[HERE].groups["api-prod-v041"].tags[asg_tags.COMMIT] = commit


def test_an_older_commit_never_overtakes_a_newer_one_by_its_hash_or_by_its_ami():
    world, _ = ready()
    older = world.branches.head("prod")
    newer = world.branches.push("prod", "newer")
    running(world, newer)
    refused = (f"commit {older[:12]} is older than {newer[:12]}, which api-prod-v041 runs in us-east-1: a push never "
               "goes back; api_roll_back does")
    with pytest.raises(Refused, match=refused):
        start(world, commit=older)
    with pytest.raises(Refused, match=refused):
        start(world, ami=world.images.find(older).name)


def test_the_same_commit_may_be_pushed_again_and_a_newer_one_too():
    world, _ = ready()
    running(world, world.branches.head("prod"))
    assert start(world).reason == "a fix"
    world.branches.push("prod", "newer")
    assert start(world).commit == world.branches.head("prod")


def test_a_running_commit_that_the_repository_does_not_know_refuses_nothing_and_is_said():
    world, _ = ready()
    running(world, "f" * 40)
    assert start(world).reason.startswith("a fix; whether ")
    assert "is older than ffffffffffff, which api-prod-v041 runs in us-east-1, is not known" in start(world).reason


def test_an_ami_brings_its_commit_and_its_branch():
    world, _ = ready()
    image = world.images.find(world.branches.head("prod"))
    push = start(world, ami=image.ids[HERE])
    assert (push.ami, push.commit, push.branch) == (image.name, image.commit, image.branch)


@pytest.mark.parametrize(("asked", "says"), [
    pytest.param({"kind": "yearly"}, "yearly", id="an unknown kind"),
    pytest.param({"commit": "0" * 40}, "0" * 40, id="an unknown commit"),
    pytest.param({"ami": "api-nobody"}, "api-nobody", id="an unknown AMI"),
    pytest.param({"commit": "abcdef0", "ami": "api-x"}, "takes one of them", id="commit and AMI"),
])
def test_what_cannot_be_pushed_is_refused_by_name(asked, says):
    world, _ = ready()
    with pytest.raises(BadInput, match=says):
        start(world, **asked)


def test_a_push_that_changed_nothing_ended_clean_and_says_what_failed():
    world, flow = ready()
    record = finish(world, flow, build_ami="the base AMI serin-base is gone")
    assert (record.end, record.regions) == (PushEnd.FAILURE_CLEAN, "")
    assert record.reason == "the base AMI serin-base is gone"


@pytest.mark.parametrize("step", ["in_service", "disable_baseline", "holds"])
def test_a_region_that_is_left_half_way_is_dirty_and_says_how_to_repair_it(step):
    world, flow, plan = planned(step)
    record = finish(world, flow)
    assert record.end == PushEnd.FAILURE_DIRTY
    assert f"roll back {plan.push_id} there" in record.reason


def test_regions_on_two_versions_are_dirty():
    world = World(service(regions=2))
    world.images.add(world.branches.push("prod", "a fix"), "prod")
    flow = type(ready()[1])(world)
    assert flow.region(flow.pushed_commit(), HERE)
    record = finish(world, flow)
    assert (record.end, record.regions) == (PushEnd.FAILURE_DIRTY, HERE)
    assert record.reason == ("us-east-1 runs the new AMI and us-west-2 does not: push again, or roll back "
                             f"{flow.push_id} in us-east-1")


def test_a_canary_that_is_left_is_dirty_and_named():
    world, flow = ready()
    flow.retire = lambda push: None
    flow.try_canary(flow.pushed_commit())
    record = finish(world, flow)
    assert record.end == PushEnd.FAILURE_DIRTY
    assert record.reason.startswith("api-prod-canary-v042 and api-prod-baseline-v042 are left in us-east-1")


def test_a_record_stays_as_it_was_while_the_push_stands_as_it_did():
    world, flow = ready()
    first = finish(world, flow, build_ami="it broke")
    world.advance(5)
    assert finish(world, flow, build_ami="something else") == first
    assert first.ended_at == world.now - timedelta(seconds=5)
    assert records(world, flow) == ["record.json"]


def test_a_push_that_a_person_repaired_gets_a_revision_and_the_newest_counts():
    world, flow, _ = planned("holds")
    assert finish(world, flow).end == PushEnd.FAILURE_DIRTY
    flow.region(flow.pushed_commit(), HERE)
    assert finish(world, flow).end == PushEnd.SUCCESS
    assert records(world, flow) == ["record-2.json", "record.json"]
    assert kept_record("api", flow.push_id, world.archive)[0].end == PushEnd.SUCCESS
    pages = [key for key in world.archive.keys(f"pushes/api/{flow.push_id}/") if key.endswith(".html")]
    assert [page.rpartition("/")[2] for page in pages] == ["push-2.html", "push.html"]


def test_a_push_that_a_person_rolled_back_later_is_no_success_any_more():
    world, flow = ready()
    flow.region(flow.pushed_commit(), HERE)
    assert finish(world, flow).end == PushEnd.SUCCESS
    flow.roll_back(HERE, owner="a person", also_complete=True)
    record = revise_record(flow.push_id, flow.service, "prod", "viewers complain", world.now, world.clusters,
                           world.archive)
    assert (record.end, record.regions, record.reason) == (PushEnd.FAILURE_CLEAN, "", "viewers complain")
    assert kept_record("api", flow.push_id, world.archive) == (record, 2)


def test_a_push_without_a_record_gets_none_from_a_rollback():
    world, flow, _ = planned("holds")
    assert revise_record(flow.push_id, flow.service, "prod", "why", world.now, world.clusters, world.archive) is None
    assert records(world, flow) == []


def records(world: World, flow) -> list[str]:
    kept = world.archive.keys(f"pushes/api/{flow.push_id}/record")
    return [key.rpartition("/")[2] for key in kept]


def test_its_leases_are_given_back_and_another_s_is_not():
    world, flow = ready()
    for owner in (flow.push_id, roll_back_owner(flow.push_id), "another"):
        world.leases.take(KEY, owner, world.now, by_force=True)
        finish(world, flow)
        assert (KEY in world.leases.held) == (owner == "another")


def test_the_record_says_how_often_aws_was_called():
    world, flow = ready()
    record = finish_push(flow.pushed_commit(), {}, flow.service, world.now, world.clusters, world.archive, world.leases,
                         {"s3.PutObject": 2, "elbv2.DescribeTargetHealth": 9})
    assert (record.aws_calls, record.aws_operations) == (11, "elbv2.DescribeTargetHealth 9, s3.PutObject 2")


def test_a_record_of_an_older_version_is_read():
    world, flow = ready()
    first = finish(world, flow)
    key = f"pushes/api/{flow.push_id}/record.json"
    kept = {name: value for name, value in json.loads(world.archive.get(key)).items() if not name.startswith("aws_")}
    world.archive.objects[key] = json.dumps(kept).encode()
    assert finish(world, flow) == first
