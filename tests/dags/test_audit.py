"""Every act by hand is kept, with who and why, before anything is changed; in Airflow, against the in-memory world."""

from datetime import UTC, datetime

import pytest

from include.domain import asg_tags
from include.domain.errors import Refused
from include.steps.push.audit import newest_acts
from tests.stories.flow import Flow
from tests.world.declared import REGIONS, elsewhere

ONE = pytest.mark.parametrize("world", [{"regions": 1}], indirect=True)
HOSTILE = "<script>alert(1)</script>"


def kept(world):
    return newest_acts("api", 99, datetime.now(UTC), world.archive)


@ONE
@pytest.mark.parametrize(("dag", "act", "filled_in", "about"), [
    pytest.param("hold", "hold", {}, "", id="hold"),
    pytest.param("resume", "resume", {}, "", id="resume"),
    pytest.param("lift_veto", "lift a veto", {"ami": "api-1"}, "ami: api-1", id="lift a veto"),
    pytest.param("keep", "keep", {"regions": ["us-east-1"]}, "regions: us-east-1", id="keep"),
    pytest.param("roll_back", "roll back", {"regions": ["us-east-1"], "veto": False}, "regions: us-east-1, veto: False",
                 id="roll back"),
    pytest.param("repair", "repair", {"do_it": True}, "do_it: True", id="repair"),
    pytest.param("squeeze", "squeeze", {"ami": "none"}, "ami: none", id="squeeze"),
    pytest.param("merge_back", "merge", {}, "", id="merge back")])
def test_who_and_why_and_what_was_filled_in_whatever_becomes_of_it(world, run, dag, act, filled_in, about):
    run(f"api_{dag}", **filled_in, reason=HOSTILE)
    [one] = kept(world)
    assert (one.act, one.by, one.reason, one.about, one.environment) == (act, "dag_test", HOSTILE, about, "prod")
    assert one.run.startswith("http://airflow/")


@ONE
def test_a_push_is_kept_once_however_many_tasks_it_has(world, run):
    world.branches.push("prod", "better")
    run("api_patch_push", reason="before the final")
    assert [(one.act, one.reason) for one in kept(world)] == [("push", "before the final")]


@ONE
@pytest.mark.parametrize(("dag", "act"), [("patch_push", "push"), ("squeeze", "squeeze"), ("calibrate", "calibrate"),
                                          ("merge_back", "merge")])
def test_without_a_reason_nothing_is_begun(world, run, dag, act):
    before = world.branches.head("release")
    colour, _ = run(f"api_{dag}", reason="  ")
    assert colour == "failed"
    assert kept(world) == []
    assert list(world.regions["us-east-1"].groups) == ["api-prod-v041"]
    assert world.branches.head("release") == before
    assert any(f"{act}: what a person starts needs a reason" in said for said in world.chat.room)


@ONE
def test_only_looking_is_no_act_and_a_page_needs_no_reason(world, run):
    run("api_repair", reason="")
    assert kept(world) == []
    run("api_report_now")
    assert [(one.act, one.reason) for one in kept(world)] == [("report now", "")]


@pytest.fixture
def no_trail(world, monkeypatch):
    """An archive that keeps everything but what people did."""
    put = world.archive.put

    def refuses(key, body, content_type):
        if key.startswith("audit/"):
            raise Refused("the archive is closed")
        return put(key, body, content_type)
    monkeypatch.setattr(world.archive, "put", refuses)


@ONE
def test_what_cannot_be_kept_is_not_begun(world, run, no_trail):
    colour, _ = run("api_hold", reason="the final")
    assert colour == "failed"
    assert world.leases.held == {}


def test_a_rollback_goes_on_without_its_audit(world, run, no_trail):
    world.images.add(world.branches.push("prod", "worse"), "prod")
    flow = Flow(world)
    for region in REGIONS:
        flow.region(flow.pushed_commit(), region, until="holds")
    colour, states = run("api_roll_back", reason="errors")
    assert colour == "success", states
    assert all(region.groups["api-prod-v041"].tags[asg_tags.COLOUR] == "red" for region in world.regions.values())


@pytest.mark.parametrize("world", [{"regions": 1, "permissions": {"hold": ["us"]}}], indirect=True)
def test_permissions_that_the_auth_manager_passes_over_stop_an_act_but_no_rollback(world, run, dags):
    assert any("passes over the rights on a single DAG" in wrong for wrong in dags().import_errors.values())
    colour, _ = run("api_hold", reason="the final")
    assert (colour, world.leases.held) == ("failed", {})
    assert any("hold: failed: api: permissions: " in said for said in world.chat.room)
    run("api_roll_back", reason="errors")
    assert not any("passes over" in said for said in world.chat.room if " roll_back" in said or "push_to_undo" in said)


@pytest.mark.parametrize("world", [{"environments": elsewhere("staging")}], indirect=True)
def test_elsewhere_the_environment_is_named(world, run):
    run("api_staging_keep", regions=["us-east-1"], reason="a known false alarm")
    assert [(one.act, one.environment) for one in kept(world)] == [("keep", "staging")]
