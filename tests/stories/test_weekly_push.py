"""A commit of release: deployed to staging, and each week what is healthy there goes to prod, once a person says so."""

from datetime import timedelta

import pytest

from include.domain.approval import Answer
from include.domain.push import PushEnd
from tests.stories.telling import runs, tells
from tests.stories.weekly_flow import STAGING, DeployFlow, WeeklyFlow
from tests.world.declared import REGIONS, elsewhere, service
from tests.world.region import Behaviour
from tests.world.world import World

WEEKLY = {"day": "tue", "at": "10:00", "users": ["ada"]}
SERVED = {region: ["api-prod-v041"] for region in REGIONS}


@pytest.fixture
def world():
    """`better` landed on release and was deployed to staging."""
    made = World(service(environments=elsewhere(STAGING), weekly=WEEKLY))
    made.beside(STAGING)
    made.branches.push("release", "better")
    return made


@pytest.fixture
def deployed(world):
    assert DeployFlow(world).deploy().end == PushEnd.SUCCESS
    world.advance((world.elsewhere[STAGING].now - world.now).total_seconds())
    return world


def after(seconds, *, go=True, comment=""):
    """A person who answers so long after they were asked."""
    return lambda look: Answer(go, "ada", look.now, comment) if look.now - look.since >= timedelta(
        seconds=seconds) else None


def nobody(look):
    return None


def test_from_a_commit_on_release_to_prod_and_the_merge_with_one_click_in_between(deployed):
    commit, built = deployed.branches.head("release"), dict(deployed.images.started)
    record = WeeklyFlow(deployed, after(30)).weekly()
    tells(deployed,
          "start_push: done",
          "build_ami: done",
          "pre_flight: done",
          "canary.score: done",
          "canary.retire: done",
          "approve: waits: a person is needed: the score is there, and nothing is pushed unless somebody says go until",
          "approve: done",
          "still_good: done",
          *(f"{region.replace('-', '_')}.delete_baseline: done" for region in REGIONS),
          "finish_push: done",
          "Success: us-east-1,us-west-2,eu-west-1",
          "merge: done")
    assert (record.end, record.kind, record.commit, record.approved_by) == ("Success", "weekly", commit, "ada")
    assert runs(deployed) == {region: ["api-prod-v042"] for region in REGIONS}
    assert deployed.branches.head("prod") == commit
    assert deployed.images.started == built, "staging's AMI is pushed, and none is built for prod"
    assert deployed.lost == 0, deployed.losses
    assert not deployed.leases.held


def test_no_is_no(deployed):
    prod, flow = deployed.branches.head("prod"), WeeklyFlow(deployed, after(5, go=False, comment="not today"))
    record = flow.weekly()
    tells(deployed, "canary.retire: done", "approve: failed: rejected by ada", "FailureClean: rejected by ada")
    assert record.end == PushEnd.FAILURE_CLEAN
    assert (runs(deployed), deployed.branches.head("prod")) == (SERVED, prod)
    assert not deployed.images.named(record.ami).veto
    assert not deployed.leases.held


def test_silence_is_no_too_after_a_reminder(deployed):
    record = WeeklyFlow(deployed, nobody).weekly()
    tells(deployed, "approve: waits: a person is needed", "approve: waits: still nobody said go or no",
          "approve: failed: nobody answered in 24 h")
    assert (record.end, record.approved_by) == (PushEnd.FAILURE_CLEAN, "")
    assert runs(deployed) == SERVED


def test_a_no_go_asks_nobody(deployed):
    deployed.behaves(deployed.branches.head("release"), Behaviour(error_percent=20))
    record = WeeklyFlow(deployed, after(0)).weekly()
    assert record.end == PushEnd.FAILURE_CLEAN
    assert not [line for line in deployed.log if line.startswith("approve")]
    assert runs(deployed) == SERVED


def test_what_is_not_deployed_to_staging_is_not_pushed(world):
    assert WeeklyFlow(world, after(0)).weekly() is None
    tells(world, "start_push: failed: no commit is healthy in all of staging: us-east-1: api-staging-v041 was not "
                 "deployed by Serin")


def test_another_push_goes_on_while_a_person_is_asked_and_then_the_answer_counts_no_more(deployed):
    other = WeeklyFlow(deployed, nobody, "api-20261103T120000-def456")
    other.done = {}

    def a_patch_goes_first(look):
        if look.now == look.since:
            return None     # the question is put, and the lease is free
        if not other.done:
            push = other.pushed_commit()
            other.done["begun"] = [other.region(push, region) for region in REGIONS]
        return Answer(True, "ada", deployed.now)

    record = WeeklyFlow(deployed, a_patch_goes_first).weekly()
    assert other.done["begun"] == [True] * 3
    assert record.end == PushEnd.FAILURE_CLEAN
    assert "was tried beside api-prod-v041, and api-prod-v042 takes the traffic of us-east-1 now" in record.reason


@pytest.mark.parametrize("task", ["start_push", "approve", "still_good", "merge"])
def test_a_worker_that_dies_at_any_call_of_it_is_followed_by_one_that_goes_on(task, deployed):
    flow = WeeklyFlow(deployed, after(2))
    calls = dying_in(task, flow)
    record = flow.weekly()
    assert calls, "nothing was killed"
    assert record.end == PushEnd.SUCCESS
    assert deployed.branches.head("prod") == record.commit
    assert deployed.lost == 0


def dying_in(task, flow):
    """Each call of the task kills its worker once, the first time before its effect, the next after it."""
    world, killed, take = flow.world, [], flow._task

    class Fate:
        after = False

        def count(self, call):
            if call in killed:
                return False
            killed.append(call)
            self.after = not self.after
            return True

    def step(name, taken):
        peaceful = world.executioner
        world.executioner = Fate() if name == task else peaceful
        try:
            return take(name, lambda look: taken(look))
        finally:
            world.executioner = peaceful

    flow._task = step
    return killed
