"""Whole weekly pushes in Airflow, against the in-memory world; who says go does so through Airflow's REST API."""

import json
import re
import time
from datetime import UTC, datetime

import pytest

from include.steps.push.audit import newest_acts
from tests.dags.human import Api, Human
from tests.steps.in_staging import deployed
from tests.world.declared import REGIONS, elsewhere

SLEEP = time.sleep
WEEKLY = {"day": "tue", "at": "10:00", "users": ["ada"], "answer_hours": 24, "remind_hours": 2}
EVERYWHERE = {"environments": elsewhere("staging"), "weekly": WEEKLY}
DECLARED = EVERYWHERE | {"regions": 1}      # the others are pushed as this one is
GO, NO = {"by": "ada", "chosen": "Push it"}, {"by": "ada", "chosen": "Reject"}
PASSWORDS = {"ada": "ada", "eve": "eve", "look": "look"}
one_region = pytest.mark.parametrize("world", [DECLARED], indirect=True)


@pytest.fixture(scope="module")
def api(airflow_db, tmp_path_factory):
    """The API server with three users, one of whom may say go."""
    from airflow.api_fastapi.app import create_app, purge_cached_app
    from fastapi.testclient import TestClient

    passwords = tmp_path_factory.mktemp("users") / "passwords.json"
    passwords.write_text(json.dumps(PASSWORDS))
    with pytest.MonkeyPatch.context() as settings:
        settings.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS", "ada:op,eve:op,look:viewer")
        settings.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE", str(passwords))
        settings.setenv("AIRFLOW__API__BASE_URL", "http://airflow.example:8080")
        yield Api(TestClient(create_app(), base_url="http://airflow.example:8080"), PASSWORDS)
        purge_cached_app()


@pytest.fixture
def weekly(world, run, api, monkeypatch):
    """Run the weekly push of a commit of release that is healthy in staging, with a script of who answers what."""
    world.beside("staging")
    deployed(world, world.branches.push("release", "better"))

    def go(*script, **conf):
        human = Human(world, api, script)
        monkeypatch.setattr(time, "sleep", lambda seconds: human() or SLEEP(min(seconds, 0.01)))
        colour, states = run("api_weekly_push", **conf)
        return human, colour, states
    return go


def serving(world):
    return {name: sorted(region.groups) for name, region in world.regions.items()}


def record(world):
    [found] = [json.loads(body) for key, body in world.archive.objects.items()
               if key.endswith("/record.json") and "-staging" not in key]
    return found


V041, V042 = ({REGIONS[0]: [f"api-prod-v04{n}"]} for n in (1, 2))


@pytest.mark.parametrize("world", [EVERYWHERE], indirect=True)
def test_somebody_says_go_and_all_regions_run_it_and_release_is_merged_into_prod(world, weekly):
    commit = world.branches.head("release")
    human, colour, states = weekly(GO | {"comment": "looks good"})
    assert human.answers == [200]
    assert colour == "success", states
    assert serving(world) == {region: ["api-prod-v042"] for region in REGIONS}
    assert world.branches.head("prod") == commit
    kept = record(world)
    assert (kept["end"], kept["kind"], kept["commit"], kept["approved_by"]) == ("Success", "weekly", commit, "ada")
    assert kept["approved_at"]
    assert [(one.act, one.by, one.reason) for one in newest_acts("api", 9, datetime.now(UTC), world.archive)
            if one.act == "say go"] == [("say go", "ada", "looks good")]
    assert world.lost == 0


@one_region
def test_while_it_waits_the_canary_is_gone_no_lease_is_held_and_the_room_knows_where_to_click(world, weekly):
    seen = []

    def look():
        seen.append((serving(world), dict(world.leases.held), list(world.chat.room)))

    human, *_ = weekly(look, NO)
    [(asgs, leases, room)] = seen
    assert (asgs, leases) == (V041, {})
    asked = [said for said in room if "a person is needed" in said]
    assert len(asked) == 1
    assert "http://airflow.example:8080/dags/api_weekly_push/runs/manual__" in asked[0]
    assert "/tasks/approve/required_actions" in asked[0]
    question = human.questions[0]
    assert question["subject"] == f"Push api {world.branches.head('release')[:12]} to every region of prod?"
    assert [user["id"] for user in question["assigned_users"]] == ["ada"]
    assert question["options"] == ["Push it", "Reject"]
    for told in ("**Score 100**", "by `Ada`: `better`", "[The push](http://airflow/dags/",
                 "| us-east-1 | Tue 2026-11-03 ", "`ada` may answer"):
        assert told in question["body"]


@one_region
def test_said_no_to_nothing_is_pushed_vetoed_or_merged_and_the_record_says_who_and_why(world, weekly):
    prod = world.branches.head("prod")
    _, colour, states = weekly(NO | {"comment": "the demo is today"})
    assert (colour, states["approve"], states["us_east_1.off_peak"], states["merge"]) == (
        "failed", "failed", "upstream_failed", "failed")
    kept = record(world)
    assert kept["end"] == "FailureClean"
    assert re.fullmatch(r"rejected by ada at \w{3} \d\d:\d\d UTC: the demo is today; nothing was pushed",
                        kept["reason"])
    assert (serving(world), world.branches.head("prod")) == (V041, prod)
    assert not world.images.named(kept["ami"]).veto
    assert not [said for said in world.chat.room if " merge: " in said]


@one_region
def test_nobody_answers_so_the_room_is_reminded_and_then_nothing_is_pushed(world, weekly):
    human, colour, _ = weekly(None, None)
    assert (colour, human.answers) == ("failed", [])
    assert record(world)["reason"] == "nobody answered in 24 h; nothing was pushed"
    asked = [said.partition(" approve: ")[2].partition(":")[0] for said in world.chat.room if " approve: " in said]
    assert asked == ["a person is needed", "still nobody said go or no", "failed"]
    assert serving(world) == V041


@one_region
def test_an_answer_after_the_reminder_counts(world, weekly):
    human, colour, _ = weekly(None, GO)
    assert (colour, human.answers) == ("success", [200])


@one_region
def test_only_who_is_declared_may_answer_and_only_once(world, weekly):
    human, colour, _ = weekly({"by": "eve", "chosen": "Push it"}, {"by": "look", "chosen": "Push it"},
                              {"by": "ada", "chosen": "Do it twice"}, NO)
    assert human.answers == [403, 403, 400, 200]
    assert colour == "failed"
    assert "rejected by ada" in record(world)["reason"]


@one_region
@pytest.mark.parametrize(("meanwhile", "says"), [
    pytest.param(lambda world: world.images.veto(f"api-{world.branches.head('release')[:12]}", "it leaks", "Ada",
                                                 world.now), "is vetoed: it leaks", id="a veto"),
    pytest.param(lambda world: world.branches.push("prod", "a fix"), "release lacks 1 commit of prod", id="a patch"),
    pytest.param(lambda world: world.branches.heads.update(release=world.branches.head("test")),
                 "is not in release: a force-push may have dropped it", id="a force-push"),
    pytest.param(lambda world: replaced(world), "was tried beside api-prod-v041, and api-prod-v050 takes the traffic",
                 id="another push")])
def test_what_changed_while_it_waited_refuses_it_after_the_go(meanwhile, says, world, weekly):
    human, colour, states = weekly(lambda: meanwhile(world), GO)
    assert human.answers == [200]
    assert (colour, states["approve"], states["still_good"]) == ("failed", "success", "failed")
    kept = record(world)
    assert (kept["end"], kept["approved_by"]) == ("FailureClean", "ada")
    assert says in kept["reason"]
    assert "api-prod-v042" not in serving(world)["us-east-1"]


def replaced(world):
    """Another push was complete meanwhile."""
    groups = world.regions["us-east-1"].groups
    groups["api-prod-v050"] = groups.pop("api-prod-v041")
    groups["api-prod-v050"].name = "api-prod-v050"


@one_region
def test_a_merge_that_fails_is_red_and_told_and_the_push_stays(world, weekly):
    conflict = "release cannot be merged into prod: both changed app.py. Nothing was merged"

    def refuses(source, into, message, commit=""):
        from include.domain.errors import Conflict
        raise Conflict(conflict)

    world.merges.merge = refuses
    _, colour, states = weekly(GO)
    assert (colour, states["finish_push"], states["merge"]) == ("failed", "success", "failed")
    assert record(world)["end"] == "Success"
    assert serving(world) == V042
    [said] = [said for said in world.chat.room if "merge:" in said]
    assert conflict in said
    assert "The push is complete and stays; until prod has" in said


@one_region
def test_what_came_to_release_meanwhile_is_not_merged(world, weekly):
    pushed = world.branches.head("release")
    weekly(lambda: world.branches.push("release", "next week's"), GO)
    assert world.branches.head("prod") == pushed


@one_region
def test_a_commit_that_is_not_healthy_in_staging_is_not_pushed(world, weekly):
    staging = world.elsewhere["staging"]
    for _ in range(2):
        staging.dies("us-east-1", "api-staging-v041")
    world.advance(3)
    _, colour, states = weekly()
    assert (colour, states["start_push"]) == ("failed", "failed")
    assert any("no commit is healthy in all of staging: us-east-1: api-staging-v041 with commit " in said
               and "is not healthy: api-staging-v041 has " in said for said in world.chat.room)


@one_region
def test_a_worker_that_dies_with_the_answer_in_its_hands_need_not_ask_again(world, weekly, monkeypatch):
    from include.steps.push import approval

    said_go, deaths = approval.approval, []

    def dies(push, answer, link, service, look, leases):
        if answer and not deaths:
            deaths.append(answer)
            raise RuntimeError("the worker died")
        return said_go(push, answer, link, service, look, leases)

    monkeypatch.setattr(approval, "approval", dies)
    human, colour, _ = weekly(GO)
    assert (len(deaths), len(human.questions), colour) == (1, 1, "success")


@one_region
def test_it_runs_by_its_timetable_or_when_a_person_says(world, dags):
    dag = dags().dags["api_weekly_push"]
    assert type(dag.timetable).__name__ == "WeeklyPush"
    assert dag.timetable.summary == "tue 10:00 UTC"
    assert not dag.catchup


@one_region
def test_what_a_person_fills_in_is_taken(world, weekly):
    other = world.branches.push("release", "hot")
    _, colour, states = weekly(NO, commit=other[:9], although="staging is down", reason="the final")
    assert (colour, states["start_push"]) == ("failed", "success")
    assert record(world)["commit"] == other
