"""How busy a region's viewers are at a moment of their markets' day. Pure: the moment is an argument."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from include.domain.peak_windows import Market, peaks_between

QUIET = 0.5                            # of the peak's rate, far from any peak
RAMP = timedelta(hours=3)              # from quiet to peak


def busy_share(markets: Sequence[Market], at: datetime) -> float:
    """1 in the peak of all the region's markets, QUIET far from all, in between on the way; `at` is market time."""
    if not markets:
        return 1.0
    return sum(_share(market, at) for market in markets) / len(markets)


def in_peak(markets: Sequence[Market], at: datetime) -> list[str]:
    """The markets that are in their peak."""
    return [market.name for market in markets if _distance(market, at) == timedelta()]


def _share(market: Market, at: datetime) -> float:
    return 1 - (1 - QUIET) * (_distance(market, at) / RAMP)


def _distance(market: Market, at: datetime) -> timedelta:
    """To the nearest peak, before or after; RAMP at most."""
    peaks = peaks_between([market], at - RAMP, at + RAMP)
    return min((max(peak.starts - at, at - peak.ends, timedelta()) for peak in peaks), default=RAMP)
