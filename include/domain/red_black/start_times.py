"""How long instances take from their launch until they serve, and how long it is worth waiting for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

TIMES = 3           # times the 95th percentile: beyond that nothing that is well still starts
FEW = 5             # starts, under which nothing is made of them
RECENT = 40         # starts that are looked at


@dataclass(frozen=True)
class Limit:
    """How long a wait may last, and what that is made of; nothing is said of one that is declared."""

    lasts: timedelta
    why: str


def limit(seconds: Sequence[float], batches: int, at_least: timedelta, at_most: timedelta) -> Limit:
    """The limit of a wait for so many batches, one after the other. `seconds` are recent starts, the newest last."""
    recent = sorted(seconds[-RECENT:])
    if len(recent) < FEW:
        return Limit(at_most, "")
    slow = recent[ceil(0.95 * len(recent)) - 1]
    measured = timedelta(seconds=TIMES * slow * batches)
    made_of = f"{TIMES} × {slow:.0f} s, which 95 % of the last {len(recent)} starts stayed under"
    if batches > 1:
        made_of += f", for each of {batches} batches"
    if measured < at_least:
        return Limit(min(at_least, at_most), f"the least there is; {made_of}, would be less")
    if measured > at_most:
        return Limit(at_most, f"declared; {made_of}, would be more")
    return Limit(measured, made_of)
