"""The squeeze's word in the score."""

from dataclasses import replace

import pytest

from include.domain.canary import Decision
from include.domain.scoring.efficiency import with_efficiency
from include.domain.scoring.readings import Judgement, Reading
from include.domain.squeeze.efficiency import efficiency
from tests.domain.squeeze.test_efficiency import spot

WORSE = Reading("cpu.percent", "hot", "normal", "machine", "higher", 1.2, 1.5, "hot: cpu.percent is 1.20 × baseline")
QUIET = Reading("memory.mb", "same", "normal", "machine", "higher", 1.0, 0.0, "same: memory.mb is 1.00 × baseline")
JUDGED = Judgement(Decision.GO, 98.5, "go: score 98.5 is at least 95", (WORSE, QUIET), 100.0, 9e4, 9e4, 60)


def charged(rps, judged=JUDGED, go_score=95):
    return with_efficiency(judged, efficiency(spot(rps), 5), 5, go_score)


def test_half_the_capacity_is_a_no_go_that_names_the_group_and_the_numbers():
    found = charged(50.0)
    assert (found.decision, found.score) == (Decision.NO_GO, 38.5)
    assert found.reason.startswith("no-go: score 38.5 is under 95; cold: saturation is 0.50 × baseline (55.0 against")
    dearest = found.readings[0]
    assert (dearest.group, dearest.points, dearest.direction) == ("efficiency", 60, "lower")
    assert found.lost == (dearest, WORSE)


def test_half_the_capacity_is_a_no_go_at_a_threshold_of_fifty_too():
    assert charged(50.0, go_score=50).decision == Decision.NO_GO


def test_what_is_just_more_than_allowed_costs_as_much_as_an_important_metric_and_that_is_a_no_go_at_95():
    found = with_efficiency(JUDGED, efficiency(spot(94.0, spread=0.001), 5), 5, 95)
    assert (found.decision, found.score) == (Decision.NO_GO, 91.3)


@pytest.mark.parametrize("rps", [100.0, 92.0, None], ids=["same", "not to be told", "no data"])
def test_what_is_not_charged_is_shown_and_changes_no_verdict(rps):
    found = charged(rps)
    assert (found.decision, found.score, found.reason) == (JUDGED.decision, JUDGED.score, JUDGED.reason)
    assert [reading.group for reading in found.readings] == ["machine", "machine", "efficiency"]


def test_a_squeeze_is_no_replacement_for_metrics():
    for decision in (Decision.INCONCLUSIVE, Decision.ERROR):
        thin = replace(JUDGED, decision=decision, reason=f"{decision}: too few")
        found = charged(50.0, thin)
        assert found.decision == decision
        assert found.reason.startswith(f"{decision}: too few")
    assert "cold: saturation" in charged(50.0, replace(JUDGED, decision=Decision.INCONCLUSIVE, reason="x")).reason


def test_no_score_goes_under_zero():
    assert charged(1.0, replace(JUDGED, score=20.0)).score == 0
