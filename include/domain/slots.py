"""When a region may be pushed: outside the peak hours of every market that it serves, and outside every freeze. Pure:
`now` is an argument.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from include.domain.errors import Refused
from include.domain.freezes import Freeze, Frozen, frozen
from include.domain.peak_windows import Market, MarketClock, Peak, peaks_between

HORIZON = timedelta(days=7)
DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)
Closed = Peak | Frozen


class Slot(NamedTuple):
    """A stretch without a peak or a freeze, in real instants: `ends` is None where none follows within a week.

    `reason` says why it is not now; it is empty where it is. `freeze` names the first one that is waited for.
    """

    starts: datetime
    ends: datetime | None
    reason: str = ""
    freeze: str = ""

    @property
    def is_now(self) -> bool:
        return not self.reason


def next_slot(markets: Iterable[Market], clock: MarketClock, now: datetime, needed: timedelta,
              freezes: Sequence[Freeze] = ()) -> Slot:
    """The first slot, not before `now`, that is at least `needed` long; Refused where none begins within a week, not
    counting the freezes. `freezes` are the service's; the markets have theirs.

    `needed` is market time: the declared duration, not divided by the clock's scale.
    """
    begin, needed, markets = clock.at(now), max(needed, _MICROSECOND), list(markets)
    declared = frozen_for(markets, freezes, begin)
    horizon = _thawed(declared, begin) + HORIZON
    start, end, longest, blocking = begin, None, timedelta(), []
    for closed in sorted([*peaks_between(markets, begin, horizon + needed), *declared], key=_order):
        if closed.starts - start >= needed:
            end = closed.starts
            break
        longest = max(longest, closed.starts - start)
        if closed.ends > start:
            start = closed.ends
            blocking.append(closed)
    if start > horizon:
        peaks = ", ".join(sorted({closed.market.name for closed in blocking if isinstance(closed, Peak)}))
        raise Refused(f"no slot of {spell(needed)} begins in the next {-((begin - horizon) // DAY)} days: between the "
                      f"peaks of {peaks} the longest is {spell(longest)}")
    ends = None if end is None else clock.real(end)
    if not blocking:
        return Slot(now.astimezone(UTC), ends)
    freeze = next((closed.is_on for closed in blocking if isinstance(closed, Frozen)), "")
    return Slot(clock.real(start), ends, _why(begin, needed, blocking), freeze)


def frozen_for(markets: Sequence[Market], freezes: Sequence[Freeze], after: datetime) -> list[Frozen]:
    """Every freeze of the service and of these markets that ends after this market instant."""
    every = [*frozen(freezes), *(one for market in markets for one in frozen(market.freezes, market.time_zone))]
    return sorted({one for one in every if one.ends > after}, key=_order)


def _thawed(declared: Sequence[Frozen], begin: datetime) -> datetime:
    """From when a week is looked through: a freeze in it is passed over, whatever its length."""
    thawed = begin
    for freeze in declared:
        if freeze.starts < thawed + HORIZON:
            thawed = max(thawed, freeze.ends)
    return thawed


def _order(closed: Closed) -> tuple[datetime, datetime, str]:
    return closed.starts, closed.ends, closed.what


def _why(begin: datetime, needed: timedelta, blocking: list[Closed]) -> str:
    on = [closed for closed in blocking if closed.starts <= begin]
    last = blocking[-1]
    if on:
        why = " and ".join(closed.is_on for closed in on)
        if last in on:
            return why
    else:
        first = blocking[0]
        why = f"{spell(needed)} do not fit before {first.what} at {first.local(first.starts)}"
    return f"{why}; the next slot of {spell(needed)} opens after {last.what}, {last.local(last.ends)}"


def spell(length: timedelta) -> str:
    """A length of time for people, to the minute: `2 h 30 min`."""
    hours, minutes = divmod(round(length / timedelta(minutes=1)), 60)
    return " ".join(part for part in (f"{hours} h" * bool(hours), f"{minutes} min" * bool(minutes)) if part) or "0 min"
