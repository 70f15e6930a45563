"""What is kept of a good canary for the floors of those to come: its views at a few elapsed times, as arrays.

One canary of 1,000 metrics is about 200 kB. `to_arrays` and `from_arrays` are for whoever writes the bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from include.domain.scoring.measure import Measured, measure
from include.domain.scoring.series import NAMES

FEWEST_POINTS = 10     # of the shortest time that is kept
FORMAT = 1


@dataclass(frozen=True)
class Past:
    """`names` (metrics,); `seconds` (times,) elapsed, ascending; `value` and `error` (times × views × metrics),
    float32, NaN for a view there is not."""

    names: np.ndarray
    seconds: np.ndarray
    value: np.ndarray
    error: np.ndarray

    def to_arrays(self) -> dict[str, np.ndarray]:
        """For numpy.savez_compressed(file, **arrays)."""
        return {"format": np.array(FORMAT), "views": np.array(NAMES), "names": self.names, "seconds": self.seconds,
                "value": self.value, "error": self.error}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> "Past":
        """ValueError for arrays that another version wrote."""
        if int(arrays["format"]) != FORMAT or tuple(arrays["views"]) != NAMES:
            raise ValueError(f"a past canary of format {arrays['format']} with views {', '.join(arrays['views'])}; "
                             f"this version reads format {FORMAT} with views {', '.join(NAMES)}")
        return cls(*(np.asarray(arrays[name]) for name in ("names", "seconds", "value", "error")))


def compact(names: Sequence[str], canary: np.ndarray, baseline: np.ndarray, step_seconds: float,
            kinds: np.ndarray | None = None) -> Past:
    """The readings of a good canary at its whole length, a half of it, a quarter and so on."""
    points = canary.shape[1]
    lengths = sorted({points >> halving for halving in range(12) if points >> halving >= FEWEST_POINTS} or {points})
    found = [measure(canary[:, :length], baseline[:, :length], kinds) for length in lengths]
    return of_measured(names, found, step_seconds)


def of_measured(names: Sequence[str], found: Sequence[Measured], step_seconds: float) -> Past:
    return Past(np.asarray(names, dtype=str), np.array([one.points * step_seconds for one in found], dtype=float),
                np.array([one.value for one in found], dtype=np.float32),
                np.array([one.error for one in found], dtype=np.float32))
