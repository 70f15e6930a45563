"""Declared kinds that are compared as something else: steps of a counter, and what a ratio lacks to its bound."""

import numpy as np


def as_compared(c: np.ndarray, b: np.ndarray, kinds: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both sides as they are compared, and which rows were turned, so that more of them means less."""
    turned = np.zeros(len(kinds), dtype=bool)
    counter, ratio = kinds == "counter", kinds == "ratio"
    if counter.any():
        c[counter], b[counter] = _steps(c[counter]), _steps(b[counter])
    if ratio.any():
        bound = np.where(np.maximum(_most(c[ratio]), _most(b[ratio])) <= 1, 1.0, 100.0)
        turned[ratio] = (_mean(c[ratio]) + _mean(b[ratio])) / 2 > bound / 2
        bound = bound[turned[ratio], None]
        c[turned], b[turned] = bound - c[turned], bound - b[turned]
    return c, b, turned


def _steps(values: np.ndarray) -> np.ndarray:
    """A counter that is smaller than before was reset, and has counted that much since."""
    steps = np.full_like(values, np.nan)
    steps[:, 1:] = np.where(np.diff(values, axis=1) >= 0, np.diff(values, axis=1), values[:, 1:])
    steps[:, 1:][~np.isfinite(values[:, :-1])] = np.nan
    return steps


def _most(values: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(values), values, -np.inf).max(axis=1, initial=-np.inf)


def _mean(values: np.ndarray) -> np.ndarray:
    there = np.isfinite(values)
    return np.where(there, values, 0.0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
