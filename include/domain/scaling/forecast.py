"""What a region will be asked for, from its own past: the same hours of the last days, and no model that is fitted.

It knows no day that the last week did not have (a match, a holiday), and follows growth only up to MOST_GROWTH; what
falls it does not follow at all, for too few instances harm, and too many only cost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite, nan

SLOTS = 96              # of a day: quarters of an hour
DAYS = 7                # a week has every weekday once
FEW_DAYS = 2            # under which nothing is forecast
WHOLE_PERCENT = 80      # of a day's slots that must have been measured
QUIET_SLOTS = 4         # the quietest hour of a day is its trough
MOST_GROWTH = 1.5

Day = Sequence[float]   # requests/s of its slots, the first one first; NaN where nothing was measured


@dataclass(frozen=True)
class Forecast:
    """Requests per second of a region: the most within the hours ahead, and the quietest hour of a day. `said` tells
    what both are made of."""

    peak_rps: float
    trough_rps: float
    said: str


@dataclass(frozen=True)
class TooLittle:
    """Why nothing is forecast."""

    why: str


def forecast(days: Sequence[Day], hours: float) -> Forecast | TooLittle:
    """`days[0]` are the last 24 hours, `days[1]` those before; each begins at the hour that the forecast begins at.

    Peak: the highest of the same hours of all days. Trough: the highest of the days' quietest hours, so that none of
    those nights was too much for what is sized by it. Both times the growth: the last day against the others.
    """
    whole = [day for day in days[:DAYS] if _is_whole(day)]
    if len(whole) < FEW_DAYS:
        return TooLittle(f"too little history: {len(whole)} whole {_days(len(whole))} of traffic among the last "
                         f"{DAYS}, and {FEW_DAYS} are needed")
    ahead = max(1, min(SLOTS, round(hours * SLOTS / 24)))
    growth = _growth(days[0], whole)
    peak = max((value for day in whole for value in day[:ahead] if isfinite(value)), default=nan)
    if not isfinite(peak):
        return TooLittle(f"too little history: the same {hours:g} hours were measured on none of {len(whole)} days")
    grown = f", × {growth:.2f} for growth" if growth > 1 else ""
    trough = max(_quietest(day) for day in whole)
    return Forecast(peak * growth, trough * growth,
                    f"the same {hours:g} hours of {len(whole)} days reached {peak:,.0f} requests/s, their quietest "
                    f"hours {trough:,.0f}{grown}")


def slots(values: Sequence[float], slots: int = SLOTS) -> list[float]:
    """The points of one day as means of so many slots; NaN where a slot has no point with a value."""
    bounds = [slot * len(values) // slots for slot in range(slots + 1)]
    return [_mean(values[first:max(last, first + 1)]) for first, last in pairwise(bounds)]


def _is_whole(day: Day) -> bool:
    measured = sum(map(isfinite, day))
    return 100 * measured >= WHOLE_PERCENT * SLOTS


def _growth(last: Day, whole: Sequence[Day]) -> float:
    """Of the last 24 hours against the days before; none where the last one was not measured."""
    others = [_mean(day) for day in whole if day is not last]
    before = sum(others) / len(others) if others else 0.0
    if not _is_whole(last) or before <= 0:
        return 1.0
    return min(MOST_GROWTH, max(1.0, _mean(last) / before))


def _quietest(day: Day) -> float:
    """The least mean of QUIET_SLOTS in a row."""
    hours = [_mean(day[at:at + QUIET_SLOTS]) for at in range(len(day) - QUIET_SLOTS + 1)]
    return min(hour for hour in hours if isfinite(hour))


def _mean(values: Sequence[float]) -> float:
    there = [value for value in values if isfinite(value)]
    return sum(there) / len(there) if there else nan


def _days(count: int) -> str:
    return "day" if count == 1 else "days"
