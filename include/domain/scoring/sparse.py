"""Numbers at points of their own, such as the latency of a rare request: two means of logarithms (Welch 1947)."""

import numpy as np


def sparse(c: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(value, standard error, degrees of freedom) × metrics, and the two means. Points far apart are taken as
    independent; what is not finite is a gap."""
    counts = [np.isfinite(side).sum(axis=1) for side in (c, b)]
    filled = [np.where(np.isfinite(side), side, 0.0) for side in (c, b)]
    plain = [side.sum(axis=1) / n for side, n in zip(filled, counts, strict=True)]
    small = 1e-300 + 1e-3 * (np.abs(plain[0]) + np.abs(plain[1]))[:, None]
    means, squares = [], []
    for side, raw, n in zip(filled, (c, b), counts, strict=True):
        logs = np.where(np.isfinite(raw), np.log(np.maximum(side, 0) + small), 0.0)
        means.append(logs.sum(axis=1) / n)
        apart = np.where(np.isfinite(raw), logs - means[-1][:, None], 0.0)
        squares.append((apart**2).sum(axis=1) / (n - 1) / n)
    squared = squares[0] + squares[1]
    shares = squares[0] ** 2 / (counts[0] - 1) + squares[1] ** 2 / (counts[1] - 1)
    freedom = np.divide(squared**2, shares, out=np.full_like(squared, 3.0), where=shares > 0)
    freedom = np.clip(freedom, 3, counts[0] + counts[1] - 2)
    return np.array([means[0] - means[1], np.sqrt(squared), freedom]), *plain


def same_time(there_c: np.ndarray, there_b: np.ndarray) -> np.ndarray:
    """Whether both sides were measured over the same time: the middles of their points differ as chance allows. If
    not, load and hour would be compared, not versions."""
    points = there_c.shape[1]
    n_c, n_b = (np.maximum(there.sum(axis=1), 1) for there in (there_c, there_b))
    time = np.arange(points)
    apart = there_c @ time / n_c - there_b @ time / n_b
    return np.abs(apart) <= 3 * points / np.sqrt(12) * np.sqrt(1 / n_c + 1 / n_b)
