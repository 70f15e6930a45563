"""Watching the new ASG take traffic: beside the baseline, and then alone, while the baseline is still kept."""

from include.domain.cluster import Asg
from include.domain.errors import Refused, Unhealthy
from include.domain.looks import Look, Wait
from include.domain.push import RegionPlan
from include.domain.service import Service
from include.ports import Clusters, Leases, Metrics, Traffic
from include.steps.both import both
from include.steps.comparing import against_the_last, side_by_side
from include.steps.disable import disabled_at
from include.steps.enable import is_disabled
from include.steps.ladder import healthy, not_yet, until
from include.steps.lease import hold


def red_red(plan: RegionPlan, service: Service, look: Look, clusters: Clusters, traffic: Traffic, metrics: Metrics,
            leases: Leases) -> RegionPlan | Wait:
    """Both take traffic for a while, and are compared."""
    hold(plan, look, leases)
    new, baseline = both(plan, clusters)
    if baseline is None or is_disabled(baseline):
        return plan
    lasts = service.lasts(minutes=service.red_black.red_red_minutes)
    measured, numbers = side_by_side(plan, service, look, metrics)
    reason = not_yet(new, plan.size, traffic)
    if look.now >= look.since + lasts and not reason and (measured or not lasts):
        return plan
    return until(f"both take traffic until {look.since + lasts:%H:%M:%S} UTC: {reason or numbers}", look, service,
                 besides=lasts)


def holds(plan: RegionPlan, service: Service, look: Look, clusters: Clusters, traffic: Traffic, metrics: Metrics,
          leases: Leases) -> RegionPlan | Wait:
    """Watch the new ASG alone, against the baseline's last numbers; what is worse is Unhealthy, and undone."""
    hold(plan, look, leases)
    new, baseline = both(plan, clusters)
    off = disabled_at(baseline) if baseline else None
    if baseline is None or off is None:
        return _only_new(plan, baseline)
    needed = min(plan.size, plan.baseline_desired)
    if healthy(new, traffic) < needed:
        raise Unhealthy(f"{plan.new} lost instances: {not_yet(new, needed, traffic)}")
    lasts = service.lasts(minutes=service.red_black.watch_minutes)
    measured, numbers = against_the_last(plan, off, service, look, metrics)
    if look.now >= off + lasts and (measured or not lasts):
        return plan
    return until(f"watched until {off + lasts:%H:%M:%S} UTC: {numbers}", look, service, besides=lasts)


def _only_new(plan: RegionPlan, baseline: Asg | None) -> RegionPlan:
    if baseline is not None:
        raise Refused(f"{baseline.name} was not disabled in {plan.region}: there is nothing to watch")
    return plan
