"""Commits on the branch prod, as the watcher hears of them."""

import pytest

from include.domain import asg_tags
from include.domain.errors import Retryable
from include.domain.push import PushEnd
from include.steps.push.heard import take_up
from tests.stories.heard import Heard
from tests.stories.telling import runs, tells
from tests.world.declared import REGIONS, service
from tests.world.region import Behaviour
from tests.world.world import World


@pytest.fixture
def world():
    """One region, whose ASG says that it runs the head of prod."""
    world = World(service(regions=1))
    world.regions[REGIONS[0]].groups["api-prod-v041"].tags[asg_tags.COMMIT] = world.branches.head("prod")
    return world


def test_a_commit_is_pushed_and_the_record_names_what_came_with_it(world):
    before, first = world.branches.head("prod"), world.branches.push("prod", "one")
    second = world.branches.push("prod", "two")
    record = Heard(world, said=first).run()
    assert (record.end, record.commit, record.previous) == (PushEnd.SUCCESS, second, before)
    assert record.commits == f"{second[:12]},{first[:12]}"


def test_a_newer_commit_ends_the_canary_of_the_older_one_and_is_pushed_with_both(world):
    before, older = world.branches.head("prod"), world.branches.push("prod", "one")
    flow, newer = Heard(world), []

    def push_during_the_bake():
        if not newer and any("canary.bake: waits: bakes" in line for line in world.log):
            newer.append(world.branches.push("prod", "two"))

    world.on_tick = push_during_the_bake
    record = flow.run()
    tells(world, "canary.bake: waits: bakes until", "canary.bake: superseded by commit ", "canary.retire: done",
          "Superseded: superseded by commit ")
    assert (record.end, record.regions, flow.failures) == (PushEnd.SUPERSEDED, "", {})
    assert runs(world) == {REGIONS[0]: ["api-prod-v041"]}
    assert not world.leases.held

    then = Heard(world, "api-20261103T110000-def456").run()
    assert (then.end, then.commit, then.previous) == (PushEnd.SUCCESS, newer[0], before)
    assert then.commits == f"{newer[0][:12]},{older[:12]}"
    assert world.lost == 0, world.losses


def test_a_push_that_is_in_its_region_is_finished_before_the_newer_one(world):
    older, newer = world.branches.push("prod", "one"), []

    def push_while_a_region_is_pushed():
        if not newer and "api-prod-v042" in world.regions[REGIONS[0]].groups:
            newer.append(world.branches.push("prod", "two"))

    world.on_tick = push_while_a_region_is_pushed
    record = Heard(world).run()
    assert (record.end, record.commit) == (PushEnd.SUCCESS, older)
    assert Heard(world, "api-20261103T110000-def456").run().commits == newer[0][:12]


def test_fifty_commits_at_once_are_one_push_that_names_them_all(world):
    arrived = [world.branches.push("prod", f"commit {number}") for number in range(50)]
    record = Heard(world, said=arrived[0]).run()
    assert record.end == PushEnd.SUCCESS
    assert record.commits.split(",") == [commit[:12] for commit in reversed(arrived)]
    assert list(world.images.started) == [arrived[-1]]


def test_a_commit_that_a_weekly_push_brought_everywhere_is_not_pushed_again(world):
    world.branches.push("prod", "merged by a weekly push")
    world.regions[REGIONS[0]].groups["api-prod-v041"].tags[asg_tags.COMMIT] = world.branches.head("prod")
    record = Heard(world).run()
    assert (record.end, record.regions, record.commits) == (PushEnd.SUCCESS, "", "")
    assert "there is nothing to push" in record.reason
    assert not world.images.started


def test_a_second_event_of_a_commit_that_was_a_no_go_pushes_nothing(world):
    world.behaves(world.branches.push("prod", "worse"), Behaviour(error_percent=20))
    assert Heard(world).run().end == PushEnd.FAILURE_CLEAN
    again = Heard(world, "api-20261103T110000-def456").run()
    assert again.end == PushEnd.SUPERSEDED
    assert "was taken up by api-20261103T100000-abc123 already, which ended as FailureClean" in again.reason


def test_a_commit_that_was_reverted_and_pushed_again_is_pushed_again(world):
    good = world.branches.push("prod", "good")
    assert Heard(world).run().end == PushEnd.SUCCESS
    world.branches.push("prod", "Revert good")
    assert Heard(world, "api-20261103T110000-def456").run().end == PushEnd.SUCCESS
    world.branches.push("prod", "Reapply good")
    record = Heard(world, "api-20261103T120000-fed789").run()
    assert (record.end, record.commits) == (PushEnd.SUCCESS, world.branches.head("prod")[:12])
    assert good[:12] not in record.commits


def test_a_commit_that_gave_way_to_one_that_was_taken_back_is_pushed_after_all(world):
    first = world.branches.push("prod", "one")
    flow = Heard(world)
    take_up("prod", "prod", flow.push_id, world.service, world.look(), world.branches, world.archive)
    world.branches.push("prod", "two")
    assert flow.run().end == PushEnd.SUPERSEDED
    world.branches.heads["prod"] = first
    record = Heard(world, "api-20261103T110000-def456").run()
    assert (record.end, record.commit) == (PushEnd.SUCCESS, first)


def test_a_commit_whose_push_died_without_a_record_is_pushed_by_the_next_run(world):
    commit = world.branches.push("prod", "one")
    take_up("prod", "prod", "api-20261103T100000-abc123", world.service, world.look(), world.branches, world.archive)
    record = Heard(world, "api-20261103T110000-def456").run()
    assert (record.end, record.commit) == (PushEnd.SUCCESS, commit)


def test_a_commit_that_was_taken_up_last_month_is_not_taken_up_again(world):
    world.behaves(world.branches.push("prod", "worse"), Behaviour(error_percent=20))
    assert Heard(world, "api-20261031T235900-abc123").run().end == PushEnd.FAILURE_CLEAN
    assert Heard(world, "api-20261103T110000-def456").run().end == PushEnd.SUPERSEDED


def test_a_task_that_died_after_it_took_the_commit_up_goes_on_with_the_same_one(world):
    first = world.branches.push("prod", "one")
    flow = Heard(world)
    take_up("prod", "prod", flow.push_id, world.service, world.look(), world.branches, world.archive)
    world.branches.push("prod", "two")
    record = flow.run()
    assert (record.commit, record.end) == (first, PushEnd.SUPERSEDED)


def test_a_remote_that_is_not_reached_for_fifty_minutes_delays_the_push_and_loses_nothing(world, monkeypatch):
    commit, asked, head = world.branches.push("prod", "one"), [], world.branches.head

    def unreachable(branch):
        asked.append(branch)
        if len(asked) <= 50:
            raise Retryable("no route to host")
        return head(branch)

    monkeypatch.setattr(world.branches, "head", unreachable)
    record = Heard(world).run()
    tells(world, "start: waits: the head of prod cannot be asked: no route to host", "start: done")
    assert (record.end, record.commit) == (PushEnd.SUCCESS, commit)
