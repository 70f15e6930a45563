"""Comparing the new ASG with the baseline on prod traffic, and counting whether those that stay can carry it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from include.domain.cluster import Asg
from include.domain.looks import Look
from include.domain.push import RegionPlan
from include.domain.red_black.capacity import can_carry, can_replace
from include.domain.red_black.live import Rates, compare, is_well
from include.domain.red_black.watch import Seen, Watch
from include.domain.service import Service
from include.ports import Metrics, Traffic
from include.steps.red_black.ladder import healthy
from include.steps.red_black.live import look_back, measured_rps, rates, spoken

NOT_COMPARED = Seen(numbers="by health and alarms alone: red_black.compare is false here")


def cannot_carry(new: Asg, serving: Sequence[str], plan: RegionPlan, service: Service, look: Look, traffic: Traffic,
                 metrics: Metrics, fewer: int = 0) -> str | None:
    """Why the new ASG alone, with so many instances fewer, cannot carry what the serving ASGs carry at this moment."""
    keeping = healthy(new, traffic) - fewer
    if not service.red_black.compare:
        return can_replace(keeping, plan.baseline_desired)
    return can_carry(keeping, measured_rps(serving, look, service, metrics), plan.instance_rps)


def side_by_side(plan: RegionPlan, watch: Watch, service: Service, look: Look, metrics: Metrics) -> Seen:
    """Both under traffic."""
    if not service.red_black.compare:
        return NOT_COMPARED
    since = max(watch.clean_since, look.now - look_back(service))
    new, baseline = rates([plan.new, plan.baseline], min(since, look.now), look.now, service, metrics)
    return _judged(plan, watch, service, look, metrics, new, baseline)


def against_the_last(plan: RegionPlan, disabled_at: datetime, watch: Watch, service: Service, look: Look,
                     metrics: Metrics) -> Seen:
    """The new ASG alone, against the baseline's last numbers before its traffic was taken off."""
    if not service.red_black.compare:
        return NOT_COMPARED
    before = max(service.lasts(minutes=service.red_black.red_red_minutes), look_back(service))
    baseline, = rates([plan.baseline], disabled_at - before, disabled_at, service, metrics)
    since = max(disabled_at + timedelta(seconds=service.metrics.step_seconds), watch.clean_since,
                look.now - look_back(service))
    new, = rates([plan.new], since, max(since, look.now), service, metrics)
    return _judged(plan, watch, service, look, metrics, new, baseline)


def _judged(plan: RegionPlan, watch: Watch, service: Service, look: Look, metrics: Metrics, new: Rates,
            baseline: Rates) -> Seen:
    numbers = f"{spoken(plan.new, new)}, {spoken(plan.baseline, baseline)}"
    worse = compare(new, baseline, service.red_black)
    if worse and not _is_over(plan, watch, baseline, service, look, metrics):
        return Seen(failing=(f"{plan.new} is worse than {plan.baseline} in {plan.region}: {worse}",), numbers=numbers)
    if not (new.requests > 0 and baseline.requests > 0):
        return Seen(unknown=(numbers,))
    return Seen(numbers=numbers)


def _is_over(plan: RegionPlan, watch: Watch, baseline: Rates, service: Service, look: Look, metrics: Metrics) -> bool:
    """What began the countdown stays in the numbers for as long as they go back: the last half of the countdown shows
    whether it goes on."""
    since = look.now - service.lasts(minutes=service.red_black.countdown_minutes) / 2
    if watch.failing_since is None or since < watch.failing_since:
        return False
    fresh, = rates([plan.new], since, look.now, service, metrics)
    return is_well(fresh, baseline, service.red_black)
