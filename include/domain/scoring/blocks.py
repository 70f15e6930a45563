"""Rows taken in blocks, so that what is worked on fits the processor's cache."""

from collections.abc import Iterator

import numpy as np


def blocks(rows: np.ndarray, size: int) -> Iterator[np.ndarray]:
    return (rows[first : first + size] for first in range(0, len(rows), size))


def rows_of(values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Neighbours without a copy."""
    return values[place(at)]


def place(at: np.ndarray) -> slice | np.ndarray:
    """Neighbours as a slice, which is read and written faster."""
    neighbours = at[-1] - at[0] + 1 == len(at) and (np.diff(at) == 1).all()
    return slice(at[0], at[-1] + 1) if neighbours else at
