"""When each region of a push would be begun, as things are declared now. Pure: `now` is an argument."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from include.domain.declared.environments import PROD
from include.domain.errors import BadInput, Refused
from include.domain.peak_windows import Market, MarketClock
from include.domain.service import Service
from include.domain.slots import Slot, next_slot


@dataclass(frozen=True)
class RegionSlot:
    """In real time. `starts` is None where no slot is to be had; `reason` says why, or why it is not at once, and
    `freeze` names the first freeze that is waited for."""

    region: str
    starts: datetime | None
    ends: datetime | None
    reason: str = ""
    freeze: str = ""


def region_slots(service: Service, markets: Mapping[str, Market], now: datetime,
                 environment: str = PROD) -> list[RegionSlot]:
    """One region after the other, in push order, each begun when the one before has had its time."""
    found, ready = [], now
    for here in service.environments[environment].regions:
        slot = _slot(here.region, service, markets, ready, environment) if ready else RegionSlot(
            here.region, None, None, f"{found[-1].region} comes before it")
        ready = slot.ends
        found.append(slot)
    return found


def slot_of(region: str, service: Service, markets: Mapping[str, Market], now: datetime, minutes: float,
            environment: str = PROD) -> Slot:
    """The region's next slot of so many minutes; BadInput where one of its markets is not declared. The service's own
    freezes are prod's: where nobody is served, work goes on."""
    names = service.region(environment, region).markets
    unknown = [name for name in names if name not in markets]
    if unknown:
        raise BadInput(f"environments.{environment}: {region}: there is no market {unknown[0]!r}")
    clock = MarketClock(service.time_scale, service.time_zero)
    freezes = service.freezes if environment == PROD else ()
    return next_slot([markets[name] for name in names], clock, now, timedelta(minutes=minutes), freezes)


def _slot(region: str, service: Service, markets: Mapping[str, Market], now: datetime, environment: str) -> RegionSlot:
    minutes = service.red_black.region_minutes
    try:
        slot = slot_of(region, service, markets, now, minutes, environment)
    except Refused as never:
        return RegionSlot(region, None, None, str(never))
    return RegionSlot(region, slot.starts, slot.starts + service.lasts(minutes=minutes), slot.reason, slot.freeze)
