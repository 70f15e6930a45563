"""The next 24 hours of a region as a strip: its markets' peaks and everybody's freezes, in per cents of the strip."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from include.domain.peak_windows import Market, MarketClock, peaks_between
from include.domain.service import Service
from include.domain.slots import frozen_for

DAY = timedelta(hours=24)       # of market time


@dataclass(frozen=True)
class Stretch:
    """`left` and `width` in per cents of the strip; `kind` is peak or freeze."""

    left: float
    width: float
    kind: str
    what: str


def strip(region: str, service: Service, markets: Mapping[str, Market], now: datetime,
          environment: str = "prod") -> list[Stretch]:
    """From this instant on, by the market's clock."""
    names = service.region(environment, region).markets
    here = [markets[name] for name in names if name in markets]
    begin = MarketClock(service.time_scale, service.time_zero).at(now)
    peaks = [("peak", peak.what, peak.starts, peak.ends) for peak in peaks_between(here, begin, begin + DAY)]
    frozen = [("freeze", one.what, one.starts, one.ends) for one in frozen_for(here, service.freezes, begin)]
    return [_stretch(kind, what, starts, ends, begin) for kind, what, starts, ends in [*peaks, *frozen]
            if starts < begin + DAY and ends > begin]


def hours(service: Service, now: datetime) -> Sequence[tuple[float, str]]:
    """Every third full hour of the market's clock, in UTC, and where it is on the strip."""
    begin = MarketClock(service.time_scale, service.time_zero).at(now)
    first = begin.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    marks = [first + timedelta(hours=number) for number in range(24)]
    return [(100 * ((mark - begin) / DAY), f"{mark:%H}") for mark in marks if mark.hour % 3 == 0]


def _stretch(kind: str, what: str, starts: datetime, ends: datetime, begin: datetime) -> Stretch:
    left = max(0.0, (starts - begin) / DAY)
    right = min(1.0, (ends - begin) / DAY)
    return Stretch(round(100 * left, 2), round(100 * (right - left), 2), kind, what)
