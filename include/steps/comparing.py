"""Comparing the new ASG with the baseline on prod traffic, and counting whether those that stay can carry it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from include.domain.cluster import Asg
from include.domain.errors import Unhealthy
from include.domain.looks import Look
from include.domain.push import RegionPlan
from include.domain.red_black.capacity import can_carry
from include.domain.red_black.live import Rates, compare
from include.domain.service import Service
from include.ports import Metrics, Traffic
from include.steps.ladder import healthy
from include.steps.live import look_back, measured_rps, rates, spoken


def cannot_carry(new: Asg, serving: Sequence[str], plan: RegionPlan, service: Service, look: Look, traffic: Traffic,
                 metrics: Metrics, fewer: int = 0) -> str | None:
    """Why the new ASG alone, with so many instances fewer, cannot carry what the serving ASGs carry at this moment."""
    return can_carry(healthy(new, traffic) - fewer, measured_rps(serving, look, service, metrics), plan.instance_rps)


def side_by_side(plan: RegionPlan, service: Service, look: Look, metrics: Metrics) -> tuple[bool, str]:
    """Both under traffic: whether both were measured, and the numbers. Unhealthy where the new ASG is worse."""
    since = max(look.since, look.now - look_back(service))
    new, baseline = rates([plan.new, plan.baseline], since, look.now, service, metrics)
    return _judged(plan, service, new, baseline)


def against_the_last(plan: RegionPlan, disabled_at: datetime, service: Service, look: Look,
                     metrics: Metrics) -> tuple[bool, str]:
    """The new ASG alone, against the baseline's last numbers before its traffic was taken off."""
    before = max(service.lasts(minutes=service.red_black.red_red_minutes), look_back(service))
    baseline, = rates([plan.baseline], disabled_at - before, disabled_at, service, metrics)
    since = max(disabled_at + timedelta(seconds=service.metrics.step_seconds), look.now - look_back(service))
    new, = rates([plan.new], since, max(since, look.now), service, metrics)
    return _judged(plan, service, new, baseline)


def _judged(plan: RegionPlan, service: Service, new: Rates, baseline: Rates) -> tuple[bool, str]:
    worse = compare(new, baseline, service.red_black)
    if worse:
        raise Unhealthy(f"{plan.new} is worse than {plan.baseline} in {plan.region}: {worse}")
    return new.requests > 0 and baseline.requests > 0, f"{spoken(plan.new, new)}, {spoken(plan.baseline, baseline)}"
