"""Waiting until a region may be pushed."""

from collections.abc import Mapping
from datetime import timedelta

from include.domain.errors import Refused
from include.domain.looks import Look, Wait, Why
from include.domain.peak_windows import Market
from include.domain.push import Push, RegionPlan
from include.domain.region_slots import slot_of
from include.domain.service import Service
from include.domain.slots import HORIZON
from include.ports import Leases
from include.steps.push.hold import held_back

SOON = timedelta(seconds=1)
AT_ONCE = 1     # minute


def off_peak(push: Push, region: str, service: Service, markets: Mapping[str, Market], look: Look,
             leases: Leases) -> Push | Wait:
    """Wait for a slot between the peaks and freezes of the region's markets and of the service that is long enough for
    one region's push, and until nobody holds the service back.

    Only a person ends this wait. It looks once an hour at least, in case the declared hours were changed.
    """
    return (held_back(service, push.environment, look, leases)
            or not_in_a_slot(push, region, service, markets, look, service.red_black.region_minutes) or push)


def not_in_a_slot(push: Push | RegionPlan, region: str, service: Service, markets: Mapping[str, Market], look: Look,
                  minutes: float) -> Wait | None:
    """A wait for a slot of so many minutes, or None within one."""
    slot = slot_of(region, service, markets, look.now, minutes, push.environment)
    if slot.is_now:
        return None
    next_look = max(look.now + SOON, min(slot.starts, look.now + service.lasts(hours=1)))
    day = "%a %H:%M:%S" if slot.starts - look.now < HORIZON else "%a %Y-%m-%d %H:%M:%S"
    return Wait(f"{region} waits for its slot until {slot.starts:{day}} UTC: {slot.reason}", look.since, next_look,
                why=Why.FREEZE if slot.freeze else Why.PEAK)


def must_still_be_off_peak(plan: RegionPlan, service: Service, markets: Mapping[str, Market], look: Look) -> None:
    """Refused where Airflow was down for so long between the plan and its first change that a peak has begun."""
    waits = not_in_a_slot(plan, plan.region, service, markets, look, AT_ONCE)
    if waits:
        raise Refused(f"{plan.new} is not created: it was planned for the slot at {plan.planned_at:%a %H:%M:%S} UTC, "
                      f"which is over; {waits.reason}. Clear `plan` of the region to go on then")
