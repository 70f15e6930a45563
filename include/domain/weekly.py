"""When a weekly push starts by itself: one moment a week at the most. Pure: `after` is an argument.

On the declared day and time of day, in the declared zone, through every clock change. Where a peak of the canary's
region, or a freeze of any region, forbids it, it starts once that is over, if that is still on the same day there; else
it is left out that week.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from include.domain.declared.environments import PROD
from include.domain.errors import Refused
from include.domain.freezes import Freeze
from include.domain.peak_windows import DAYS, Day, Market, MarketClock
from include.domain.service import Service
from include.domain.slots import next_slot

WEEKS = 60              # so many are looked through for the next moment
REAL = MarketClock()
DAY = timedelta(days=1)


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class WeeklyPlan:
    """What decides the moment. `canary_markets` must not be in their peak when it starts; of `markets`, which are all
    that a push disturbs, no freeze may begin within `lasts` from then. Both are market time, as `clock` runs it."""

    day: Day
    at: time
    time_zone: str
    canary_markets: tuple[Market, ...] = ()
    markets: tuple[Market, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    lasts: timedelta = timedelta()
    clock: MarketClock = MarketClock()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def sentence(self) -> str:
        return (f"{self.day} {self.at:%H:%M} {self.time_zone}; in a peak or a freeze later that day, or else the next "
                "week")


def weekly_plan(service: Service, markets: Mapping[str, Market]) -> WeeklyPlan:
    """The plan of a service that declares `weekly`."""
    weekly, prod = service.weekly, service.environments[PROD]
    here = service.region(PROD, service.canary.region)
    every = dict.fromkeys(name for region in prod.regions for name in region.markets)
    return WeeklyPlan(
        weekly.day, weekly.at, weekly.time_zone,
        tuple(replace(markets[name], freezes=()) for name in here.markets),
        tuple(replace(markets[name], peaks=()) for name in every), service.freezes,
        timedelta(hours=service.canary.bake_hours, minutes=service.red_black.region_minutes * len(prod.regions)),
        MarketClock(service.time_scale, service.time_zero))


def next_start(plan: WeeklyPlan, after: datetime, last: datetime | None = None) -> datetime | None:
    """The first moment after this one, and in a later week than the last; None where there is none in a year."""
    for moment in _moments(plan, after):
        if moment > after and (last is None or (moment > last and _week(plan, moment) != _week(plan, last))):
            return moment
    return None


def _moments(plan: WeeklyPlan, after: datetime) -> Iterator[datetime]:
    """One for each week that has one, from that of `after` on, in real time."""
    today = plan.clock.at(after).astimezone(plan.zone).date()
    first = today - DAY * ((today.weekday() - DAYS.index(plan.day)) % len(DAYS))
    for week in range(WEEKS):
        day = first + week * len(DAYS) * DAY
        starts = _allowed(plan, datetime.combine(day, plan.at, tzinfo=plan.zone).astimezone(UTC), day)
        if starts:
            yield plan.clock.real(starts)


def _allowed(plan: WeeklyPlan, starts: datetime, day: date) -> datetime | None:
    """The first market instant from this one on that no peak and no freeze forbids, within the day."""
    while starts.astimezone(plan.zone).date() == day:
        try:
            quiet = next_slot(plan.canary_markets, REAL, starts, timedelta())
            free = next_slot(plan.markets, REAL, quiet.starts, plan.lasts, plan.freezes)
        except Refused:
            return None
        if quiet.is_now and free.is_now:
            return starts
        starts = free.starts
    return None


def _week(plan: WeeklyPlan, moment: datetime) -> tuple[int, int]:
    return plan.clock.at(moment).astimezone(plan.zone).isocalendar()[:2]
