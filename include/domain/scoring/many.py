"""A thousand metrics at once: how views of one metric are combined, and how many false alarms all may give."""

import numpy as np


def cauchy(p_values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """One p-value from several of the same metric (views × metrics), valid though they depend on each other
    (Liu and Xie 2020). NaN is a view that the metric does not have; one that points the other way adds nothing, for
    the tangent of a p-value near one would outweigh any proof."""
    there = np.isfinite(p_values)
    weight = np.where(there, weights[:, None], 0.0)
    total = weight.sum(axis=0)
    p = np.clip(np.where(there, p_values, 0.5), 1e-300, 0.5)
    angle = np.where(p < 1e-8, 1 / (np.pi * p), np.tan((0.5 - p) * np.pi))
    statistic = np.divide((weight * angle).sum(axis=0), total, out=np.zeros_like(total), where=total > 0)
    combined = np.where(statistic > 1e7, 1 / (np.pi * np.maximum(statistic, 1)), 0.5 - np.arctan(statistic) / np.pi)
    return np.where(total > 0, combined, np.nan)


def discovered(p_values: np.ndarray, weights: np.ndarray, q: float) -> np.ndarray:
    """Which metrics are found different: Benjamini-Hochberg with weights (Genovese, Roeder, Wasserman 2006).
    NaN is never found."""
    found = np.zeros(len(p_values), dtype=bool)
    tested = np.flatnonzero(np.isfinite(p_values))
    if not len(tested):
        return found
    weight = weights[tested] / weights[tested].mean()
    scaled = p_values[tested] / weight
    order = np.argsort(scaled, kind="stable")
    under = np.flatnonzero(scaled[order] <= q * np.arange(1, len(tested) + 1) / len(tested))
    if len(under):
        found[tested[order[: under[-1] + 1]]] = True
    return found
