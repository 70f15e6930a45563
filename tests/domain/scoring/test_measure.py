"""Blocks of rows are measured one after the other in the same memory: none may see what another left there."""

import numpy as np
import pytest

from include.domain.scoring import measure as measuring
from include.domain.scoring.measure import Measured, measure

POINTS = 40
SORTS = {
    "dense": lambda rng: rng.lognormal(3, 0.3, POINTS),
    "negative": lambda rng: rng.normal(0, 5, POINTS),
    "events": lambda rng: rng.poisson(2, POINTS).astype(float),
    "seldom": lambda rng: np.where(rng.random(POINTS) < 0.2, rng.lognormal(0, 1, POINTS), 0.0),
    "gaps": lambda rng: np.where(rng.random(POINTS) < 0.2, np.nan, rng.normal(100, 5, POINTS)),
    "sparse": lambda rng: np.where(rng.random(POINTS) < 0.3, rng.lognormal(3, 0.5, POINTS), np.nan),
    "nothing": lambda rng: np.full(POINTS, np.nan),
    "tiny": lambda rng: rng.lognormal(3, 0.3, POINTS) * 1e-200,
    "huge": lambda rng: rng.lognormal(3, 0.3, POINTS) * 1e200,
    "counter": lambda rng: np.cumsum(rng.poisson(5, POINTS)).astype(float),
    "ratio": lambda rng: 1 - rng.uniform(0, 0.01, POINTS),
}
METRICS = 40 * len(SORTS)
KINDS = np.array([sort if sort in ("counter", "ratio") else "auto" for sort in SORTS] * 40, dtype=object)


def sides(seed: int = 3) -> list[np.ndarray]:
    """Metrics of every sort, one beside the other."""
    rng = np.random.default_rng(seed)
    return [np.array([make(rng) for _ in range(40) for make in SORTS.values()]) for _ in range(2)]


def alike(one: Measured, other: Measured) -> None:
    np.testing.assert_array_equal(one.shape, other.shape)
    for part in ("canary", "baseline", "n_canary", "n_baseline", "value", "error", "freedom", "few_canary"):
        np.testing.assert_allclose(getattr(one, part), getattr(other, part), rtol=2e-4, atol=2e-5, err_msg=part)


@pytest.mark.parametrize("rows", [64, 65, 100, METRICS - 1])
def test_however_many_rows_a_block_has_the_result_is_the_same(rows: int, monkeypatch):
    at_once = measure(*sides(), KINDS)
    monkeypatch.setattr(measuring, "VALUES", rows * POINTS)
    alike(measure(*sides(), KINDS), at_once)


def test_metrics_between_others_are_measured_as_they_are_apart():
    """But for what is borrowed from the others, which is in the error and the degrees of freedom."""
    together = measure(*sides(), KINDS)
    for number, sort in enumerate(SORTS):
        rows = slice(number, None, len(SORTS))
        apart = measure(*(side[rows] for side in sides()), KINDS[rows])
        np.testing.assert_array_equal(apart.shape, together.shape[rows], err_msg=sort)
        np.testing.assert_allclose(apart.canary, together.canary[rows], rtol=1e-6, err_msg=sort)
        if sort not in ("events", "seldom", "counter"):     # whose bursts are borrowed, too
            np.testing.assert_allclose(apart.value, together.value[:, rows], rtol=2e-4, atol=2e-5, err_msg=sort)


def test_an_order_is_that_of_the_result():
    canary, baseline = sides()
    order = np.random.default_rng(1).permutation(METRICS)
    alike(measure(canary, baseline, KINDS[order], order), measure(canary[order], baseline[order], KINDS[order]))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_what_is_measured_is_not_changed(dtype: type):
    with np.errstate(over="ignore", under="ignore"):
        given = [side.astype(dtype) for side in sides()]
    kept = [side.copy() for side in given]
    measure(*given, KINDS)
    for side, before in zip(given, kept, strict=True):
        np.testing.assert_array_equal(side, before)
