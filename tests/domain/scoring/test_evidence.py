"""The statistics under the judge: false alarms stay rare where points are alike, sparse, or bursts."""

import numpy as np
import pytest

from include.domain.scoring.compare import compare
from include.domain.scoring.long_run import cosines, long_run_variance
from include.domain.scoring.many import cauchy, discovered
from tests.domain.scoring.telemetry import wander

METRICS = 400


def false_alarms(canary: np.ndarray, baseline: np.ndarray, level: float = 0.05) -> float:
    """The share of metrics called hot with no tolerance at all, so the nominal level is the right one."""
    found = compare(canary, baseline, 0.0)
    return float(np.nanmean(found.hot < level))


def sides(make) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(11)
    return tuple(np.array([make(rng) for _ in range(METRICS)]) for _ in range(2))


@pytest.mark.parametrize(("make", "most"), [
    pytest.param(lambda rng: rng.normal(100, 10, 60), 0.09, id="independent"),
    pytest.param(lambda rng: 100 + wander(rng, 60, 0.7, 10), 0.15, id="alike"),
    pytest.param(lambda rng: rng.lognormal(4, 1, 60), 0.09, id="skewed"),
    pytest.param(lambda rng: rng.poisson(0.3, 60).astype(float), 0.06, id="few events"),
    pytest.param(lambda rng: np.repeat(rng.poisson(0.5, 6), 10) * rng.poisson(1, 60).astype(float), 0.07, id="bursts"),
    pytest.param(lambda rng: np.where(rng.random(60) < 0.2, rng.lognormal(4, 0.5, 60), np.nan), 0.09, id="sparse"),
    pytest.param(lambda rng: np.where(rng.random(60) < 0.2, rng.lognormal(0, 1, 60), 0.0), 0.06, id="seldom"),
])
def test_alike_sides_are_rarely_called_different(make, most: float):
    assert false_alarms(*sides(make)) <= most


@pytest.mark.parametrize("make", [
    pytest.param(lambda rng, f: f * rng.normal(100, 10, 60), id="independent"),
    pytest.param(lambda rng, f: rng.poisson(0.5 * f**2, 60).astype(float), id="few events"),
    pytest.param(lambda rng, f: np.where(rng.random(60) < 0.3, f * rng.lognormal(4, 0.3, 60), np.nan), id="sparse"),
])
def test_a_change_by_half_is_found_in_most_metrics(make):
    rng = np.random.default_rng(12)
    canary, baseline = (np.array([make(rng, factor) for _ in range(METRICS)]) for factor in (1.5, 1.0))
    assert np.nanmean(compare(canary, baseline, 0.1).hot < 0.05) > 0.7


def test_the_long_run_variance_sees_that_points_are_alike():
    rng = np.random.default_rng(13)
    series = np.array([wander(rng, 240, 0.8, 1.0) for _ in range(200)])
    centred = series - series.mean(axis=1, keepdims=True)
    assert 5 < long_run_variance(centred, np.full(200, 240)).mean() < 12     # (1 + 0.8)/(1 − 0.8) = 9


def test_a_metric_that_drifts_does_not_borrow_from_those_that_do_not():
    rng = np.random.default_rng(16)
    canary, baseline = (np.array([100 + (wander(rng, 60, 0.95, 5) if number < 100 else rng.normal(0, 5, 60))
                                  for number in range(METRICS)]) for _ in range(2))
    assert np.mean(compare(canary, baseline, 0.0).hot[:100] < 0.005) < 0.15


def test_gaps_do_not_make_a_mean_surer():
    rng = np.random.default_rng(14)
    values = rng.normal(0, 1, (300, 120))
    gaps = rng.random((300, 120)) < 0.4
    kept = np.where(gaps, 0.0, values)
    n = (~gaps).sum(axis=1)
    centred = np.where(gaps, 0.0, kept - (kept.sum(axis=1) / n)[:, None])
    assert 0.9 < long_run_variance(centred, n).mean() < 1.1


def test_a_constant_is_the_same_as_itself_and_different_from_another():
    steady = np.full((3, 60), 700.5)
    found = compare(steady * np.array([[1.0], [1.05], [1.5]]), steady, 0.1)
    assert found.hot[0] > 0.5
    assert found.hot[1] > 0.5
    assert found.hot[2] < 1e-6


def test_more_cosines_for_more_points_and_always_at_least_one():
    assert [cosines(points) for points in (2, 5, 60, 480)] == [1, 3, 6, 24]


def test_of_metrics_that_are_all_alike_none_is_found_nineteen_times_of_twenty():
    rng = np.random.default_rng(15)
    found = [discovered(rng.random(500), rng.choice([50.0, 1.0, 0.25], 500), 0.05).any() for _ in range(400)]
    assert np.mean(found) < 0.08


def test_weight_buys_trust():
    p_values = np.concatenate([[2e-4], np.linspace(0.1, 1, 499)])
    assert not discovered(p_values, np.ones(500), 0.05)[0]
    assert discovered(p_values, np.concatenate([[50.0], np.ones(499)]), 0.05)[0]


def test_what_was_not_measured_is_never_found():
    assert not discovered(np.array([np.nan, np.nan]), np.ones(2), 0.05).any()


@pytest.mark.parametrize("strong", [1e-3, 1e-12, 1e-200])
def test_one_strong_view_is_enough_and_a_missing_one_is_no_view(strong: float):
    combined = cauchy(np.array([[strong], [np.nan], [0.9]]), np.array([0.5, 0.3, 0.2]))
    assert combined[0] < 2.5 * strong
