"""A canary that does all that is asked of it, at half the capacity, is no-go; one that carries as much goes on, and
what was found sizes the push and sets its scaling."""

import pytest

from include.domain.push import PushEnd
from include.domain.scaling.policies import REQUESTS, TRACKING, Policy
from tests.stories.squeezing import HERE, RUNNING, squeezable
from tests.stories.telling import serving, tells
from tests.world.region import Behaviour

HALF = Behaviour(carries_rps=RUNNING / 2, waits_seconds=30)
ALIKE = Behaviour(carries_rps=RUNNING, waits_seconds=30)
CPU = Policy("cpu", TRACKING, "ASGAverageCPUUtilization", 60.0)


def page(world, flow, name):
    return world.archive.get(f"pushes/api/{flow.push_id}/{name}").decode()


def test_half_the_capacity_is_caught_by_the_efficiency_gate_alone_and_prod_stays_as_it_was():
    world, flow = squeezable(new=HALF)
    record = flow.push()
    tells(world, "canary.squeeze: done",
          "canary.score: failed: no-go: score 4",
          "canary.retire: done",
          "FailureClean: no-go: score 4")
    assert "cold: sweet spot is 0.5" in record.reason or "cold: saturation is 0.5" in record.reason
    assert record.end == PushEnd.FAILURE_CLEAN
    assert serving(world, HERE) == {"api-prod-v041"}
    assert world.lost == 0, world.losses
    readings = page(world, flow, "readings.json")
    assert readings.count('"group": "efficiency"') == 1


def test_where_nothing_is_squeezed_half_the_capacity_is_not_seen():
    world, flow = squeezable(new=HALF, squeeze={"kind": "none"})
    assert flow.try_canary(flow.pushed_commit())
    assert "efficiency" not in page(world, flow, "readings.json")


def test_what_carries_as_much_is_pushed_with_the_scaling_that_was_computed():
    world, flow = squeezable(new=ALIKE, scaling={})
    world.regions[HERE].groups["api-prod-v041"].policies = {"cpu": CPU}
    record = flow.push()
    assert record.end == PushEnd.SUCCESS, world.log
    policies = {policy.name: policy for policy in world.clusters[HERE].policies("api-prod-v042")}
    assert policies["cpu"] == CPU
    ours = policies["serin-requests"]
    assert (ours.kind, ours.metric) == (TRACKING, REQUESTS)
    assert ours.target == pytest.approx(RUNNING * 60 * 0.7, rel=0.07)
    assert world.lost == 0, world.losses


def test_the_page_of_the_squeeze_is_kept_beside_the_canarys_which_links_to_it():
    world, flow = squeezable(new=ALIKE, scaling={})
    flow.try_canary(flow.pushed_commit())
    squeeze = page(world, flow, "squeeze.html")
    assert "What one instance of api-" in squeeze
    assert "us-east-1: policy serin-requests from none to" in squeeze
    assert "us-east-1: minimum stays at 2: too little history" in squeeze
    assert "launch to traffic: median" in squeeze
    assert 'href="./squeeze.html"' in page(world, flow, "canary.html")


def test_a_page_that_cannot_be_drawn_costs_no_squeeze(monkeypatch):
    world, flow = squeezable(new=ALIKE)

    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("include.reports.squeeze.squeeze_report", broken)
    assert flow.try_canary(flow.pushed_commit())
    assert world.archive.get(f"pushes/api/{flow.push_id}/squeeze.html") is None
    assert "squeeze.html" not in page(world, flow, "canary.html")
