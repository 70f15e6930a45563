"""Judged once, kept for ever."""

import json

import pytest

from include.domain.errors import Inconclusive, NoGo
from include.reports import canary as canary_page
from include.steps.canary.scoring import judge, kept_verdict, score
from tests.steps.canary.test_life import launched
from tests.steps.ready import HERE, ready
from tests.world.region import Behaviour


def baked(p99_ms: float = 80, **declared):
    world, flow = ready(**declared)
    found = launched(world, flow)
    world.changes(HERE, found.canary_asg, Behaviour(p99_ms=p99_ms))
    world.advance(31)
    return world, flow, found


def scored(world, flow, found):
    return score(found, flow.service, world.look(), world.metrics[HERE], world.archive)


def test_a_good_canary_is_a_go_with_the_address_of_its_page_and_its_readings_in_the_archive():
    world, flow, found = baked()
    verdict = scored(world, flow, found)
    assert (verdict.decision, verdict.score) == ("go", 100)
    assert verdict.report.endswith(f"pushes/api/{flow.push_id}/canary.html")
    kept = json.loads(world.archive.get(f"pushes/api/{flow.push_id}/readings.json"))
    assert len(kept["readings"]) == verdict.metrics == 16


def test_a_bad_canary_is_a_no_go_that_names_the_metric_and_the_page():
    world, flow, found = baked(p99_ms=100)
    with pytest.raises(NoGo, match=r"no-go: score 0 .* hot: latency_ms\.all\.p99 is .*canary\.html\)$"):
        scored(world, flow, found)
    assert kept_verdict("api", flow.push_id, world.archive).decision == "no-go"


def test_too_few_requests_are_inconclusive():
    world, flow, found = baked(canary__min_requests=5000)
    with pytest.raises(Inconclusive, match="under 5,000"):
        scored(world, flow, found)


def test_what_was_judged_stays_judged_when_the_step_runs_again():
    world, flow, found = baked()
    first = scored(world, flow, found)
    world.metrics[HERE].rows.clear()
    assert scored(world, flow, found) == first


def test_a_verdict_is_of_its_time_only():
    world, flow, found = baked()
    world.changes(HERE, found.canary_asg, Behaviour(error_percent=90))
    world.advance(30)
    verdict, readings = judge(found, flow.service, found.launched_at, found.bake_until, world.metrics[HERE],
                              world.archive)
    assert verdict.decision == "go"
    assert {reading.state for reading in readings} <= {"same", "noisy", "no data"}


def test_a_page_that_cannot_be_drawn_does_not_fail_the_push(monkeypatch, caplog):
    world, flow, found = baked()
    monkeypatch.setattr(canary_page, "canary_report", lambda *_, **__: 1 / 0)
    assert scored(world, flow, found).report == ""
    assert "canary.html could not be kept: ZeroDivisionError" in caplog.text
