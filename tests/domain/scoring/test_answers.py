"""One metric, one right answer: zeros, constants, negatives, odd units, resets, gaps, a sick instance."""

import numpy as np
import pytest

from include.domain.declared.canary import CanaryPlan
from include.domain.metric_sources import MetricRule, MetricSource
from include.domain.scoring.judge import judge
from include.domain.scoring.readings import Reading, State

POINTS = 120
PLAN = CanaryPlan(region="us-west-2", min_requests=0)


def told(canary: np.ndarray, baseline: np.ndarray, **rule) -> Reading:
    """The reading of one metric among thirty that are quiet."""
    rng = np.random.default_rng(99)
    quiet = rng.normal(100, 3, (2, 30, POINTS))
    source = MetricSource(connection="metrics", rules=(MetricRule(pattern="it", tier="high", **rule),))
    names = [*(f"quiet.{number}" for number in range(30)), "it"]
    judgement = judge(names, np.vstack([quiet[0], canary]), np.vstack([quiet[1], baseline]), source, PLAN)
    return next(reading for reading in judgement.readings if reading.name == "it")


def noise(seed: int, mean: float = 100.0, spread: float = 5.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, spread, POINTS)


def counts(seed: int, rate: float) -> np.ndarray:
    return np.random.default_rng(seed).poisson(rate, POINTS).astype(float)


def with_gaps(values: np.ndarray, gaps: slice | np.ndarray) -> np.ndarray:
    return np.where(np.isin(np.arange(POINTS), np.arange(POINTS)[gaps]), np.nan, values)


def counter(rates: np.ndarray, reset_at: int = -1) -> np.ndarray:
    total = np.cumsum(rates)
    return total if reset_at < 0 else np.where(np.arange(POINTS) >= reset_at, total - total[reset_at - 1], total)


CASES = {
    "both zero": (np.zeros(POINTS), np.zeros(POINTS), State.SAME),
    "zero baseline, errors appear": (counts(1, 0.5), np.zeros(POINTS), State.HOT),
    "zero baseline, one error": (np.eye(1, POINTS, 40)[0], np.zeros(POINTS), State.NOISY),
    "zero baseline, a level appears": (noise(1), np.zeros(POINTS), State.HOT),
    "a level falls to zero": (np.zeros(POINTS), noise(1), State.COLD),
    "both constant and alike": (np.full(POINTS, 7.5), np.full(POINTS, 7.5), State.SAME),
    "constants a little apart": (np.full(POINTS, 7.7), np.full(POINTS, 7.5), State.SAME),
    "constants far apart": (np.full(POINTS, 11.0), np.full(POINTS, 7.5), State.HOT),
    "whole constants far apart": (np.full(POINTS, 4.0), np.full(POINTS, 2.0), State.HOT),
    "negative and alike": (noise(1, -50), noise(2, -50), State.SAME),
    "negative and higher": (noise(1, -20), noise(2, -50), State.HOT),
    "negative and lower": (noise(1, -80), noise(2, -50), State.COLD),
    "around zero and alike": (noise(1, 0), noise(2, 0), State.NOISY),
    "small integers and alike": (counts(1, 4), counts(2, 4), State.SAME),
    "small integers, doubled": (counts(1, 4), counts(2, 2), State.HOT),
    "large integers, a fifth more": (counts(1, 1200), counts(2, 1000), State.HOT),
    "tiny unit": (noise(1) * 1.3e-18, noise(2) * 1e-18, State.HOT),
    "huge unit": (noise(1) * 1.3e30, noise(2) * 1e30, State.HOT),
    "some points missing": (with_gaps(noise(1, 130), slice(3, None, 7)), noise(2), State.HOT),
    "an hour missing": (with_gaps(noise(1), slice(0, 60)), noise(2), State.SAME),
    "infinity is a gap": (np.where(np.arange(POINTS) == 3, np.inf, noise(1)), noise(2), State.SAME),
    "canary missing": (np.full(POINTS, np.nan), noise(2), State.NO_DATA),
    "both missing": (np.full(POINTS, np.nan), np.full(POINTS, np.nan), State.NO_DATA),
    "five points only": (with_gaps(noise(1), slice(5, None)), noise(2), State.NO_DATA),
    "measured in different hours": (with_gaps(noise(1, 150), slice(0, 60)), with_gaps(noise(2), slice(60, None)),
                                    State.NO_DATA),
    "one spike": (noise(1) + 900 * np.eye(1, POINTS, 40)[0], noise(2), State.SAME),
    "one of three instances is sick": (noise(1) * (1 + 1 + 3) / 3, noise(2), State.HOT),
    "half as much": (noise(1, 50, 2), noise(2), State.COLD),
    "swings too much to tell": (np.exp(noise(1, 0, 2.5)), np.exp(noise(2, 0, 2.5)), State.NOISY),
}


@pytest.mark.parametrize(("canary", "baseline", "state"), CASES.values(), ids=CASES)
def test_each_has_its_right_answer(canary, baseline, state):
    reading = told(canary, baseline)
    assert reading.state == state, reading.sentence
    assert reading.sentence.startswith(f"{state}: it ")


@pytest.mark.parametrize(("reset_at", "times", "state"), [
    pytest.param(-1, 1.0, State.SAME, id="never reset"), pytest.param(60, 1.0, State.SAME, id="reset half way"),
    pytest.param(60, 1.5, State.HOT, id="reset, and half as fast again")])
def test_a_counter_is_judged_by_its_steps(reset_at: int, times: float, state: State):
    reading = told(counter(counts(1, 50 * times), reset_at), counter(counts(2, 50)), kind="counter", direction="higher")
    assert reading.state == state, reading.sentence


@pytest.mark.parametrize("bound", [1.0, 100.0], ids=["of one", "of a hundred"])
def test_a_ratio_near_its_bound_is_judged_by_what_it_lacks(bound: float):
    lacks = np.random.default_rng(3).normal(0.001, 0.0001, (2, POINTS))
    hits = bound * (1 - lacks * np.array([[5.0], [1.0]]))
    reading = told(*hits, kind="ratio", direction="lower")
    assert (reading.state, reading.points > 0) == (State.COLD, True)
    assert told(*hits, kind="level").state == State.SAME


def test_a_count_that_is_declared_a_level_is_not_events():
    assert " in all" in told(counts(1, 4), counts(2, 2), kind="count").sentence
    assert " in all" not in told(counts(1, 4), counts(2, 2), kind="level").sentence


def test_a_metric_that_vanished_or_appeared_is_itself_a_reading():
    nothing = np.full(POINTS, np.nan)
    assert told(nothing, noise(1)).sentence == "no data: it vanished: 120 points on the baseline, none on the canary"
    assert told(noise(1), nothing).sentence == "no data: it appeared: 120 points on the canary, none on the baseline"


def test_a_reading_says_its_effect_and_its_interval():
    reading = told(noise(1, 130), noise(2))
    assert reading.low < 1.3 < reading.high
    assert reading.low < reading.ratio < reading.high
    assert (round(reading.canary), round(reading.baseline)) == (130, 100)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_whatever_numbers_come_are_judged(dtype):
    rng = np.random.default_rng(5)
    values = rng.poisson(100, (2, 5, POINTS)).astype(dtype)
    names = ["requests.all", "errors.all", "latency_ms.all.p99", "a", "b"]
    assert judge(names, *values, MetricSource(connection="metrics"), PLAN).decision == "go"
