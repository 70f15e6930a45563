"""What a weekly push takes, and what is in its way."""

import pytest

from include.domain import asg_tags
from include.domain.errors import BadInput, Refused
from include.domain.looks import Wait
from include.domain.peak_windows import Market
from include.domain.push import PushKind
from include.steps.push.weekly import Staging, WeeklyRequest, start_weekly
from tests.domain.test_slots import freeze
from tests.steps.in_staging import STAGING, deployed
from tests.world.declared import MARKETS, elsewhere, service
from tests.world.world import World

WEEKLY = {"day": "tue", "at": "10:00", "users": ["ada"]}
QUIET = {name: Market(name, "UTC") for name in MARKETS}


@pytest.fixture
def world():
    """`better`, in release, is healthy in staging."""
    made = World(service(environments=elsewhere(STAGING), weekly=WEEKLY))
    made.beside(STAGING)
    deployed(made, made.branches.push("release", "better"))
    return made


def start(world, commit="", although="", reason="", markets=QUIET):
    there = world.elsewhere[STAGING]
    return start_weekly(WeeklyRequest(commit, although, reason, "the timetable"), "api-1", world.service, markets,
                        world.look(), world.branches, world.images, world.archive,
                        Staging(there.clusters, there.traffic), world.clusters)


def runs_in_prod(world, commit):
    for region in world.regions.values():
        region.groups["api-prod-v041"].tags[asg_tags.COMMIT] = commit


def test_it_is_the_commit_that_is_healthy_in_staging_whatever_came_to_release_since(world):
    commit = world.branches.head("release")
    world.branches.push("release", "not deployed yet")
    push = start(world)
    assert (push.commit, push.branch, push.kind, push.environment) == (commit, "release", PushKind.WEEKLY, "prod")
    assert (push.reason, push.started_by, push.ami) == ("the weekly push", "the timetable", "")


def test_commits_of_prod_that_release_lacks_refuse_it_by_name(world):
    fix = world.branches.push("prod", "a fix")
    with pytest.raises(Refused, match=rf"release lacks 1 commit of prod: {fix[:12]} by Ada \(a fix\)"):
        start(world)


def test_what_a_force_push_dropped_from_release_is_not_pushed(world):
    dropped = world.branches.head("release")
    world.branches.heads["release"] = world.branches.head("prod")
    with pytest.raises(Refused, match=f"commit {dropped[:12]} is not in release: a force-push may have dropped it"):
        start(world)


def test_what_git_forgot_altogether_is_not_pushed(world):
    dropped = world.branches.head("release")
    world.branches.heads["release"] = world.branches.head("prod")
    del world.branches.commits[dropped]
    with pytest.raises(Refused, match="is not in release"):
        start(world)


def test_what_runs_in_all_of_prod_is_not_pushed_again(world):
    runs_in_prod(world, world.branches.head("release"))
    with pytest.raises(Refused, match="runs in every region of prod already: nothing newer is healthy in staging"):
        start(world)


def test_what_is_older_than_prod_s_is_not_pushed(world):
    newer = world.branches.push("release", "newer")
    runs_in_prod(world, newer)
    with pytest.raises(Refused, match=f"is older than {newer[:12]}, which api-prod-v041 runs in us-east-1"):
        start(world)


def test_a_vetoed_ami_is_not_pushed(world):
    world.images.veto(world.images.find(world.branches.head("release")).name, "it leaks", "Ada", world.now)
    with pytest.raises(Refused, match="is vetoed: it leaks"):
        start(world)


def test_a_freeze_that_a_region_would_wait_for_refuses_it(world):
    fair = freeze("2026-11-01T00:00", "2028-12-20T00:00", name="fair")     # the markets' clock is 200 days ahead
    with pytest.raises(Refused, match="us-east-1 could not be pushed then: the freeze “fair” lasts until Wed 2028"):
        start(world, markets=QUIET | {"americas": Market("americas", "UTC", freezes=(fair,))})


def test_it_waits_for_a_deploy_to_staging(world):
    deployed(world, world.branches.push("release", "newer"), record=False)
    assert isinstance(start(world), Wait)


def test_a_person_may_name_what_staging_runs(world):
    commit = world.branches.head("release")
    assert start(world, commit=commit[:9], reason="early this week").reason == "early this week"


def test_another_commit_needs_a_reason_why_it_goes_although_staging_does_not_run_it(world):
    runs, other = world.branches.head("release"), world.branches.push("release", "hot")
    with pytest.raises(Refused, match=f"commit {other[:12]} is not what staging runs, which is {runs[:12]}; say why in "
                                      "`although` to push it all the same"):
        start(world, commit=other)
    push = start(world, commit=other, although="staging is down")
    assert push.commit == other
    assert push.reason == "the weekly push; although it is not what staging runs: staging is down"


def test_also_where_nothing_is_healthy_there(world):
    other = world.branches.push("release", "hot")
    world.elsewhere[STAGING].regions["us-east-1"].groups.clear()
    with pytest.raises(Refused, match="nothing takes traffic; say why in `although`"):
        start(world, commit=other)
    assert start(world, commit=other, although="staging is down").commit == other


def test_although_does_not_take_a_commit_that_is_not_in_release(world):
    other = world.branches.push("test", "wild")
    with pytest.raises(Refused, match=f"commit {other[:12]} is not in release"):
        start(world, commit=other, although="I want it")


def test_although_without_a_commit_is_refused(world):
    with pytest.raises(BadInput, match="although: name the commit"):
        start(world, although="staging is down")
