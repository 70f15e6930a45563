"""Markets, when their viewers are busy, and the clock that they live by. Pure: instants are arguments.

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

from include.domain.freezes import Freeze
from include.domain.settings import TimeZone

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
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
    """Viewers in one time zone, when they are busy, when they must not be disturbed, and the regions that serve
    them."""

    name: str
    time_zone: TimeZone
    peaks: tuple[PeakWindow, ...] = ()
    regions: tuple[str, ...] = Field(default=())
    freezes: tuple[Freeze, ...] = ()

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


class Peak(NamedTuple):
    """One peak of one market, between two market instants (the second is no part of it)."""

    starts: datetime
    ends: datetime
    market: Market

    @property
    def what(self) -> str:
        return f"the peak of {self.market.name}"

    @property
    def is_on(self) -> str:
        return f"{self.market.name} is in its peak until {self.local(self.ends)}"

    def local(self, instant: datetime) -> str:
        return f"{instant.astimezone(self.market.zone):%a %H:%M} {self.market.time_zone}"


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
