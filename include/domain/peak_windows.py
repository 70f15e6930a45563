"""When a region may be pushed: outside the peak hours of every market that it serves. Pure: `now` is an argument.

Market hours are wall-clock hours in the market's own zone. Where a clock change makes a bound happen twice, or never,
the window is widened, so that no instant whose wall clock lies in a peak is ever called off peak.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field, field_validator
from pydantic.dataclasses import dataclass

from include.domain.errors import Refused

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HORIZON = timedelta(days=7)
_STRICT = ConfigDict(extra="forbid")
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, config=_STRICT)
class PeakWindow:
    """Busy hours that begin on these days. An `end` at or before `start` is on the following day."""

    days: tuple[Day, ...]
    start: time
    end: time

    @field_validator("start", "end")
    @classmethod
    def _wall_clock(cls, value: time) -> time:
        if value.tzinfo is not None:
            raise ValueError("a time of day without a zone: the market's time_zone counts")
        return value


@dataclass(frozen=True, config=_STRICT)
class Market:
    """Viewers in one time zone, when they are busy, and the regions that serve them."""

    name: str
    time_zone: str
    peaks: tuple[PeakWindow, ...] = ()
    regions: tuple[str, ...] = Field(default=())

    @field_validator("time_zone")
    @classmethod
    def _iana(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("an IANA time zone is needed, as in America/New_York") from error
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, config=_STRICT)
class MarketClock:
    """Market time runs `time_scale` times as fast as real time, counted from `time_zero`; at 1 both are the same."""

    time_scale: float = 1
    time_zero: datetime | None = None

    def at(self, now: datetime) -> datetime:
        """The market instant of a real one, in UTC."""
        if self.time_scale == 1:
            return now.astimezone(UTC)
        return self._scaled(now, floor)

    def real(self, market_instant: datetime) -> datetime:
        """The first real instant at which the market clock shows at least this one."""
        if self.time_scale == 1:
            return market_instant.astimezone(UTC)
        return self._scaled(market_instant, ceil, inverse=True)

    def _scaled(self, instant: datetime, rounded: Callable[[Fraction], int], *, inverse: bool = False) -> datetime:
        if self.time_zero is None or self.time_zero.tzinfo is None:
            raise ValueError("a market clock that is not real time needs time_zero, with its zone")
        scale = Fraction(self.time_scale)
        microseconds = (instant - self.time_zero) // _MICROSECOND
        elapsed = rounded(microseconds / scale if inverse else microseconds * scale)
        return self.time_zero.astimezone(UTC) + timedelta(microseconds=elapsed)


class Slot(NamedTuple):
    """A stretch without a peak, in real instants: `ends` is None where no peak follows within a week.

    `reason` says why it is not now; it is empty where it is.
    """

    starts: datetime
    ends: datetime | None
    reason: str = ""

    @property
    def is_now(self) -> bool:
        return not self.reason


class Peak(NamedTuple):
    """One peak of one market, between two market instants (the second is no part of it)."""

    starts: datetime
    ends: datetime
    market: Market


def next_slot(markets: Iterable[Market], clock: MarketClock, now: datetime, needed: timedelta) -> Slot:
    """The first slot, not before `now`, that is at least `needed` long; Refused where none begins within a week.

    `needed` is market time: the declared duration, not divided by the clock's scale.
    """
    begin, needed = clock.at(now), max(needed, _MICROSECOND)
    start, end, longest, blocking = begin, None, timedelta(), []
    for peak in peaks_between(list(markets), begin, begin + HORIZON + needed):
        if peak.starts - start >= needed:
            end = peak.starts
            break
        longest = max(longest, peak.starts - start)
        if peak.ends > start:
            start = peak.ends
            blocking.append(peak)
    if start > begin + HORIZON:
        raise Refused(f"no slot of {spell(needed)} begins in the next 7 days: between the peaks of "
                      f"{', '.join(sorted({peak.market.name for peak in blocking}))} the longest is {spell(longest)}")
    ends = None if end is None else clock.real(end)
    if not blocking:
        return Slot(now.astimezone(UTC), ends)
    return Slot(clock.real(start), ends, _why(begin, needed, blocking))


def peaks_between(markets: Sequence[Market], begin: datetime, end: datetime) -> list[Peak]:
    """Every peak that touches these market instants, in the order in which they begin."""
    found = [peak for market in markets for window in market.peaks
             for peak in _occurrences(market, window, begin, end)]
    return sorted(found, key=lambda peak: (peak.starts, peak.ends, peak.market.name))


def _occurrences(market: Market, window: PeakWindow, begin: datetime, end: datetime) -> Iterable[Peak]:
    day = begin.astimezone(market.zone).date() - timedelta(days=2)
    last = end.astimezone(market.zone).date() + timedelta(days=1)
    while day <= last:
        if DAYS[day.weekday()] in window.days:
            closes = day if window.end > window.start else day + timedelta(days=1)
            peak = Peak(min(_instants(day, window.start, market)), max(_instants(closes, window.end, market)), market)
            if peak.ends > begin and peak.starts < end:
                yield peak
        day += timedelta(days=1)


def _instants(day: date, at: time, market: Market) -> list[datetime]:
    """The one instant of a wall-clock time; the two that bound it where a clock change repeats or skips it."""
    return [datetime.combine(day, at.replace(fold=fold), tzinfo=market.zone).astimezone(UTC) for fold in (0, 1)]


def _why(begin: datetime, needed: timedelta, blocking: list[Peak]) -> str:
    in_peak = [peak for peak in blocking if peak.starts <= begin]
    last = blocking[-1]
    opens = _local(last.ends, last.market)
    if in_peak:
        why = " and ".join(f"{peak.market.name} is in its peak until {_local(peak.ends, peak.market)}"
                           for peak in in_peak)
        if last in in_peak:
            return why
    else:
        first = blocking[0]
        before = f"the peak of {first.market.name} at {_local(first.starts, first.market)}"
        why = f"{spell(needed)} do not fit before {before}"
    return f"{why}; the next slot of {spell(needed)} opens after the peak of {last.market.name}, {opens}"


def _local(instant: datetime, market: Market) -> str:
    return f"{instant.astimezone(market.zone):%a %H:%M} {market.time_zone}"


def spell(length: timedelta) -> str:
    """A length of time for people, to the minute: `2 h 30 min`."""
    hours, minutes = divmod(round(length / timedelta(minutes=1)), 60)
    return " ".join(part for part in (f"{hours} h" * bool(hours), f"{minutes} min" * bool(minutes)) if part) or "0 min"
