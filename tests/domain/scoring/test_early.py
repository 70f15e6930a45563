"""A canary that does overwhelming harm ends at once; a good one hardly ever, however often one looks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain.scoring.early import last_instant, looks_of, overwhelming_harm
from include.domain.scoring.floors import ENOUGH, rebuilt
from tests.domain.scoring.fleet import PLAN, SOURCE, names, pair, pasts

METRICS, POINTS = 60, 120
NAMES = names(METRICS)
FLOORS = rebuilt(pasts(20, METRICS, POINTS))
EVERY_HOUR = PLAN.model_copy(update={"look_every_minutes": 60})


def harm(canary, baseline, upto: int = POINTS, plan=EVERY_HOUR):
    return overwhelming_harm(NAMES, canary[:, :upto], baseline[:, :upto], SOURCE, plan, POINTS, FLOORS)


def ended(canary, baseline, looks, plan=EVERY_HOUR) -> int | None:
    return next((upto for upto in looks if harm(canary, baseline, upto, plan)), None)


def test_of_good_canaries_hardly_any_is_ended_early():
    assert sum(ended(*pair(seed, METRICS, POINTS), range(15, POINTS + 1, 15)) is not None for seed in range(60)) <= 1


def test_three_important_metrics_a_quarter_higher_end_it_in_the_first_quarter():
    when = []
    for seed in range(12):
        canary, baseline = pair(seed, METRICS, POINTS)
        canary[[1, 2, 3]] *= 1.4
        when.append(ended(canary, baseline, range(15, POINTS + 1, 15)) or POINTS + 1)
    assert np.median(when) <= POINTS / 4


def test_more_looks_spend_no_more_of_the_budget():
    """At every instant of the window the answer is that of the last look that was due."""
    for seed in range(4):
        canary, baseline = pair(seed, METRICS, POINTS)
        canary[1] *= 1.15
        due = [harm(canary, baseline, upto) for upto in range(15, POINTS + 1, 15)]
        always = [harm(canary, baseline, upto) for upto in range(1, POINTS + 1)]
        assert set(always) <= {None, *due}
        assert always[14::15] == due


@given(st.integers(1, 10_000), st.integers(1, 500))
def test_there_are_no_more_instants_than_the_budget_is_spread_over(planned: int, instants: int):
    seen = {last_instant(points, planned, instants) for points in range(planned + 1)} - {0}
    assert len(seen) <= instants
    assert all(last_instant(points, planned, instants) <= points for points in range(0, planned, 1 + planned // 50))
    assert last_instant(planned, planned, instants) == planned


def test_the_budget_is_spread_over_the_declared_looks():
    assert (looks_of(EVERY_HOUR), looks_of(PLAN)) == (8, 48)


def test_a_smaller_budget_needs_more_proof():
    canary, baseline = pair(3, METRICS, POINTS)
    found = []
    for percent in (10, 1, 1e-9):
        plan = EVERY_HOUR.model_copy(update={"false_abort_percent": percent})
        worse = (canary * np.where(np.arange(METRICS) == 1, times, 1)[:, None] for times in np.linspace(1.05, 2, 20))
        found.append(sum(harm(one, baseline, 60, plan) is not None for one in worse))
    assert found[0] >= found[1] >= found[2]
    assert found[0] > found[2]


def test_what_is_better_does_not_end_it():
    canary, baseline = pair(3, METRICS, POINTS)
    lower = SOURCE.model_copy(update={"rules": tuple(
        rule.model_copy(update={"direction": "higher"}) for rule in SOURCE.rules)})
    canary[:8] *= 0.3
    assert overwhelming_harm(NAMES, canary, baseline, lower, EVERY_HOUR, POINTS, FLOORS) is None


def test_what_is_not_important_does_not_end_it():
    canary, baseline = pair(3, METRICS, POINTS)
    canary[10:] *= 3
    assert harm(canary, baseline) is None


def test_what_would_still_be_a_go_does_not_end_it():
    canary, baseline = pair(3, METRICS, POINTS)
    canary[3] *= 3                                            # one high metric costs 6 points
    assert harm(canary, baseline)
    assert harm(canary, baseline, plan=EVERY_HOUR.model_copy(update={"go_score": 90})) is None


def test_the_sentence_says_what_is_harmed():
    canary, baseline = pair(3, METRICS, POINTS)
    canary[0] *= 3
    assert harm(canary, baseline).startswith("overwhelming harm: hot: critical.0000 is ")


@pytest.mark.parametrize("points", range(0, 9))
def test_the_first_minutes_have_an_answer_too(points: int):
    canary, baseline = pair(1, METRICS, POINTS)
    assert harm(canary, baseline, points) is None


@pytest.mark.parametrize(("canaries", "times", "ends"), [
    (20, 1.3, True), (ENOUGH - 1, 1.3, False), (ENOUGH - 1, 1.7, True)])
def test_with_few_readings_only_what_is_a_quarter_worse_ends_it(canaries: int, times: float, ends: bool):
    known = rebuilt(pasts(canaries, METRICS, POINTS))
    found = []
    for seed in range(8):
        canary, baseline = pair(seed, METRICS, POINTS)
        canary[[1, 2, 3]] *= times
        found.append(overwhelming_harm(NAMES, canary, baseline, SOURCE, EVERY_HOUR, POINTS, known) is not None)
    assert sum(found) >= 7 if ends else not any(found)
