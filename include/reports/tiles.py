"""The grid of a canary's metrics: which tile comes first, and what it shows. A reading's place depends on the service's
rules alone, so a metric is found where it was in the last canary's grid."""

from collections import Counter
from collections.abc import Sequence
from math import inf, log
from typing import NamedTuple

from include.domain.scoring.readings import POINTS, Reading, State

TIERS = tuple(POINTS)       # the most important first
# Every state has a sign besides its colour: a grid is readable in grey, and by those who see no red or green.
SIGNS = {State.HOT: "▲", State.COLD: "▼", State.SAME: "=", State.NOISY: "~", State.NO_DATA: "×"}
# A ratio from which a difference has the next darker shade; its inverse for what is less.
SHADES = (1.05, 1.2, 1.5, 2.0)


class Tile(NamedTuple):
    """One metric. `shade` is 0 to 4 by the size of the difference; `sign` says its state without colour."""

    reading: Reading
    sign: str
    shade: int

    @property
    def look(self) -> str:
        """Its state as one word of CSS."""
        return self.reading.state.replace(" ", "-")


def tiles(readings: Sequence[Reading]) -> list[tuple[str, list[Tile]]]:
    """Tiers, the most important first, and in each the groups by what all of their metrics are worth, then by name."""
    worth: Counter[str] = Counter()
    for reading in readings:
        worth[reading.group] += POINTS[reading.tier]
    ordered = sorted(readings, key=lambda reading: (-worth[reading.group], reading.group, reading.name))
    by_tier = {tier: [_tile(reading) for reading in ordered if reading.tier == tier] for tier in TIERS}
    return [(tier, found) for tier, found in by_tier.items() if found]


def _tile(reading: Reading) -> Tile:
    return Tile(reading, SIGNS[State(reading.state)], shade(reading.ratio, reading.state))


def shade(ratio: float | None, state: str) -> int:
    """How dark: by how many times one side is the other, whichever that is. What differs without a ratio (one side is
    zero) is as dark as it gets; what was not told to differ is as light."""
    if state not in (State.HOT, State.COLD):
        return 0
    apart = inf if ratio is None or ratio <= 0 else abs(log(ratio))
    return sum(apart >= log(bound) for bound in SHADES)
