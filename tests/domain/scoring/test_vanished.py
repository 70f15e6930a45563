"""A metric that the canary has lost costs what its tier says; many that went together cost what the dearest costs."""

import numpy as np
import pytest

from include.domain.canary import Decision
from include.domain.scoring.early import overwhelming_harm
from include.domain.scoring.judge import judge
from include.domain.scoring.readings import Judgement, State
from tests.domain.scoring.fleet import PLAN, SOURCE, names, pair

METRICS, POINTS = 400, 60
NAMES = names(METRICS)
PAIR = pair(1, METRICS, POINTS)


def of(tier: str, metrics: int = 1) -> list[int]:
    """The last of a tier: the first are those that every service must have."""
    return [row for row, name in enumerate(NAMES) if name.startswith(tier)][-metrics:]


def without(rows: list[int], kept: slice = slice(0), side: str = "canary") -> tuple[np.ndarray, np.ndarray]:
    """A good canary and its baseline; one side has these metrics at the `kept` points only."""
    canary, baseline = PAIR[0].copy(), PAIR[1].copy()
    loser = canary if side == "canary" else baseline
    gaps = np.ones(POINTS, dtype=bool)
    gaps[kept] = False
    loser[np.ix_(rows, gaps)] = np.nan
    return canary, baseline


def judged(canary: np.ndarray, baseline: np.ndarray) -> Judgement:
    return judge(NAMES, canary, baseline, SOURCE, PLAN)


def test_this_canary_goes_with_a_hundred_while_nothing_vanished():
    assert judged(*PAIR).score == 100


@pytest.mark.parametrize(("rows", "score", "decision"), [
    pytest.param(of("critical"), 0, Decision.NO_GO, id="a critical one stops alone"),
    pytest.param(of("high"), 94, Decision.NO_GO, id="a high one"),
    pytest.param(of("normal"), 98.5, Decision.GO, id="a normal one"),
    pytest.param(of("low"), 99.85, Decision.GO, id="a low one"),
    pytest.param(of("normal", 80), 98.5, Decision.GO, id="eighty renamed normal ones are one cause"),
    pytest.param(of("low", 80), 99.85, Decision.GO, id="eighty renamed low ones"),
    pytest.param(of("high", 20) + of("normal", 20), 94, Decision.NO_GO, id="the dearest of many"),
    pytest.param(of("low", 20) + of("critical"), 0, Decision.NO_GO, id="a critical one among many"),
])
def test_what_vanished_costs_by_its_tier_and_together_once(rows, score, decision):
    judgement = judged(*without(rows))
    assert (judgement.score, judgement.decision) == (score, decision)
    assert len(judgement.lost) == 1


@pytest.mark.parametrize("change", [
    pytest.param(lambda rows: without(rows, side="baseline"), id="it appeared"),
    pytest.param(lambda rows: without(rows, kept=slice(1)), id="the canary has it once"),
    pytest.param(lambda rows: (without(rows)[0], without(rows, slice(POINTS // 2 - 1), "baseline")[1]),
                 id="it was seldom there before"),
])
def test_what_did_not_vanish_costs_nothing(change):
    judgement = judged(*change(of("critical")))
    assert (judgement.score, judgement.decision) == (100, Decision.GO)


def test_half_of_the_baselines_points_are_enough_to_miss_it():
    canary, baseline = without(of("critical"))[0], without(of("critical"), slice(POINTS // 2), "baseline")[1]
    assert judged(canary, baseline).decision == Decision.NO_GO


def test_the_reason_says_it_once_and_how_many_went_with_it():
    judgement = judged(*without(of("high", 3)))
    name = NAMES[of("high", 3)[0]]
    assert judgement.reason == (f"no-go: score 94 is under 95; no data: {name} vanished: 60 points on the baseline, "
                                "none on the canary; 2 more vanished with it")
    others = [reading for reading in judgement.readings if reading.state == State.NO_DATA and not reading.points]
    assert [reading.sentence.count("vanished") for reading in others] == [1, 1]


def test_it_adds_to_what_is_found_worse():
    canary, baseline = without(of("normal"))
    canary[of("high")] *= 5
    assert judged(canary, baseline).score == 100 - 6 - 1.5


@pytest.mark.parametrize("metric", [SOURCE.requests, SOURCE.errors, SOURCE.latency])
def test_without_a_metric_that_every_service_must_have_nothing_is_decided(metric: str):
    assert judged(*without([NAMES.index(metric)])).decision == Decision.INCONCLUSIVE


def test_it_never_ends_a_canary_early():
    """Whatever writes it may not have started yet."""
    assert overwhelming_harm(NAMES, *without(of("critical", 3)), SOURCE, PLAN, POINTS) is None
