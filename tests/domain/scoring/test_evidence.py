"""The statistics under the judge: false alarms stay rare where points are alike, sparse, or bursts."""

import numpy as np
import pytest

from include.domain.scoring.evidence import evidence
from include.domain.scoring.floors import Floor
from include.domain.scoring.long_run import cosines, long_run_variance
from include.domain.scoring.many import cauchy, discovered
from include.domain.scoring.measure import measure
from include.domain.scoring.series import NAMES, SPREAD, TAIL, TREND
from include.domain.scoring.shapes import DENSE, EVENTS, SELDOM, SPARSE
from tests.domain.scoring.telemetry import wander

METRICS = 400


def found(canary, baseline, tolerance: float, floor: Floor | None = None):
    return evidence(measure(canary, baseline), floor or Floor.none(len(canary)), tolerance, tolerance)


def sides(make) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(11)
    return tuple(np.array([make(rng) for _ in range(METRICS)]) for _ in range(2))


SORTS = {
    "independent": (lambda rng: rng.normal(100, 10, 60), 0.09),
    "alike": (lambda rng: 100 + wander(rng, 60, 0.7, 10), 0.15),
    "skewed": (lambda rng: rng.lognormal(4, 1, 60), 0.09),
    "few events": (lambda rng: rng.poisson(0.3, 60).astype(float), 0.06),
    "bursts": (lambda rng: np.repeat(rng.poisson(0.5, 6), 10) * rng.poisson(1, 60).astype(float), 0.07),
    "sparse": (lambda rng: np.where(rng.random(60) < 0.2, rng.lognormal(4, 0.5, 60), np.nan), 0.09),
    "seldom": (lambda rng: np.where(rng.random(60) < 0.2, rng.lognormal(0, 1, 60), 0.0), 0.06),
}


@pytest.mark.parametrize(("make", "most"), SORTS.values(), ids=SORTS)
def test_alike_sides_are_rarely_called_different(make, most: float):
    """With no tolerance at all, so the nominal level is the right one."""
    assert np.nanmean(found(*sides(make), 0.0).hot < 0.05) <= most


@pytest.mark.parametrize(("make", "shape"), [
    pytest.param(SORTS["independent"][0], DENSE, id="dense"), pytest.param(SORTS["few events"][0], EVENTS, id="events"),
    pytest.param(SORTS["sparse"][0], SPARSE, id="sparse"), pytest.param(SORTS["seldom"][0], SELDOM, id="seldom"),
    pytest.param(lambda rng: rng.poisson(0.5, 60) * 0.125, EVENTS, id="events in another unit"),
    pytest.param(lambda rng: np.full(60, 3.0), DENSE, id="a whole constant is a level")])
def test_each_sort_is_told_apart(make, shape: int):
    assert np.mean(measure(*sides(make)).shape == shape) > 0.9


@pytest.mark.parametrize("make", [
    pytest.param(lambda rng, f: f * rng.normal(100, 10, 60), id="independent"),
    pytest.param(lambda rng, f: rng.poisson(0.5 * f**2, 60).astype(float), id="few events"),
    pytest.param(lambda rng, f: np.where(rng.random(60) < 0.3, f * rng.lognormal(4, 0.3, 60), np.nan), id="sparse"),
])
def test_a_change_by_half_is_found_in_most_metrics(make):
    rng = np.random.default_rng(12)
    canary, baseline = (np.array([make(rng, factor) for _ in range(METRICS)]) for factor in (1.5, 1.0))
    assert np.nanmean(found(canary, baseline, 0.1).hot < 0.05) > 0.7


def seen(view: int, largest: float) -> Floor:
    """Thirty good canaries in which nothing moved much."""
    floor = Floor.none(METRICS)
    floor.count[:] = 30
    floor.largest[:] = largest
    return floor


@pytest.mark.parametrize(("view", "change"), [
    pytest.param(TAIL, lambda c: np.where(np.arange(60) % 15 == 0, 4 * c, c), id="tail"),
    pytest.param(TREND, lambda c: c * np.linspace(0.7, 1.3, 60), id="trend"),
    pytest.param(SPREAD, lambda c: 100 + 30 * (c - 100), id="spread")])
def test_each_view_sees_what_the_level_does_not(view: int, change):
    rng = np.random.default_rng(3)
    canary, baseline = rng.normal(100, 2, (2, METRICS, 60))
    measured = measure(change(canary), baseline)
    quiet, loud = (evidence(measured, seen(view, largest), only=(view,)) for largest in (0.05, 50.0))
    p = [np.nanmedian(np.fmin(one.hot, one.cold)) for one in (quiet, loud)]
    assert p[0] < 1e-3
    assert p[1] == (0.5 if view != TREND else pytest.approx(0.5))
    assert NAMES[view] in ("tail", "trend", "spread")


def test_tail_and_spread_are_not_judged_before_twenty_canaries():
    canary, baseline = np.random.default_rng(3).normal(100, 2, (2, METRICS, 60))
    floor = seen(TAIL, 0.01)
    floor.count[:] = 19
    assert np.isnan(evidence(measure(canary * 2, baseline), floor, only=(TAIL, SPREAD)).hot).all()


def test_one_spike_is_not_a_tail():
    rng = np.random.default_rng(4)
    canary, baseline = rng.normal(100, 2, (2, METRICS, 60))
    canary[:, 30] *= 50
    assert np.nanmin(evidence(measure(canary, baseline), seen(TAIL, 0.01), only=(TAIL,)).hot) > 1e-3


def test_the_long_run_variance_sees_that_points_are_alike():
    rng = np.random.default_rng(13)
    series = np.array([wander(rng, 240, 0.8, 1.0) for _ in range(200)])
    centred = series - series.mean(axis=1, keepdims=True)
    assert 5 < long_run_variance(centred, np.full(200, 240)).mean() < 12     # (1 + 0.8)/(1 − 0.8) = 9


def test_a_metric_that_drifts_does_not_borrow_from_those_that_do_not():
    rng = np.random.default_rng(16)
    canary, baseline = (np.array([100 + (wander(rng, 60, 0.95, 5) if number < 100 else rng.normal(0, 5, 60))
                                  for number in range(METRICS)]) for _ in range(2))
    assert np.mean(found(canary, baseline, 0.0).hot[:100] < 0.005) < 0.15


def test_gaps_do_not_make_a_mean_surer():
    rng = np.random.default_rng(14)
    values = rng.normal(0, 1, (300, 120))
    gaps = rng.random((300, 120)) < 0.4
    kept = np.where(gaps, 0.0, values)
    n = (~gaps).sum(axis=1)
    centred = np.where(gaps, 0.0, kept - (kept.sum(axis=1) / n)[:, None])
    assert 0.9 < long_run_variance(centred, n).mean() < 1.1


def test_a_row_with_a_gap_is_measured_as_one_without():
    """One missing point of 240 changes hardly anything."""
    rng = np.random.default_rng(17)
    canary, baseline = rng.normal(100, 5, (2, METRICS, 240))
    whole = measure(canary, baseline)
    canary[:, 7] = np.nan
    gappy = measure(canary, baseline)
    np.testing.assert_allclose(gappy.value, whole.value, atol=0.15)
    np.testing.assert_allclose(np.median(gappy.error, axis=1), np.median(whole.error, axis=1), rtol=0.05)


def test_more_cosines_for_more_points_and_always_at_least_one():
    assert [cosines(points) for points in (2, 5, 60, 480)] == [1, 3, 6, 24]


def test_of_metrics_that_are_all_alike_none_is_found_nineteen_times_of_twenty():
    rng = np.random.default_rng(15)
    alarms = [discovered(rng.random(500), rng.choice([50.0, 1.0, 0.25], 500), 0.05).any() for _ in range(400)]
    assert np.mean(alarms) < 0.08


def test_weight_buys_trust():
    p_values = np.concatenate([[2e-4], np.linspace(0.1, 1, 499)])
    assert not discovered(p_values, np.ones(500), 0.05)[0]
    assert discovered(p_values, np.concatenate([[50.0], np.ones(499)]), 0.05)[0]


def test_what_was_not_measured_is_never_found():
    assert not discovered(np.array([np.nan, np.nan]), np.ones(2), 0.05).any()


@pytest.mark.parametrize("strong", [1e-3, 1e-12, 1e-200])
@pytest.mark.parametrize("against", [0.5, 1.0])
def test_one_strong_view_is_enough_and_none_that_points_the_other_way_takes_it_back(strong: float, against: float):
    combined = cauchy(np.array([[strong], [np.nan], [against]]), np.array([0.5, 0.3, 0.2]))
    assert combined[0] < 2.5 * strong
