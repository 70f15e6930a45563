"""The steps of one region, in their order: plan, launch the new ASG, both red, the baseline black, watch, delete it.

Each one looks, does what is safe now, and says what it waits for. All may be run again from the top at any time: a new
ASG whose sizes are no longer recorded is un-pinned, and its region done.
"""

from include.domain.asg_names import cluster_name
from include.domain.cluster import Asg
from include.domain.errors import Refused, Unhealthy
from include.domain.looks import Look, Wait
from include.domain.push import RegionPlan
from include.domain.red_black.processes import suspended_by_others
from include.domain.red_black.sizes import next_batch, recorded_sizes
from include.domain.service import Service
from include.domain.standing import named
from include.ports import Clusters, Leases, Metrics, Traffic
from include.steps.comparing import against_the_last, cannot_carry, side_by_side
from include.steps.create import create_new
from include.steps.disable import disable, disabled_at, is_out, longest_drain, without_traffic
from include.steps.enable import is_disabled
from include.steps.ladder import healthy, not_yet, until, until_launched
from include.steps.lease import hold
from include.steps.pin import pin, un_pin
from include.steps.plan import plan

__all__ = ["delete_baseline", "disable_baseline", "holds", "in_service", "launch_new", "plan", "red_red"]


def launch_new(plan: RegionPlan, service: Service, look: Look, clusters: Clusters, traffic: Traffic,
               leases: Leases) -> RegionPlan | Wait:
    """Create the new ASG at 0, pin the baseline, size up in batches; each batch takes traffic before the next."""
    held = hold(plan, look, leases)
    clusters = held.guard(clusters)
    create_new(plan, clusters, held)
    asgs = clusters.asgs(cluster_name(plan.service, plan.environment))
    if named(asgs, plan.new) is None:
        return until(f"{plan.new} is created; AWS does not show it yet", look, service)
    new, baseline = _among(asgs, plan)
    if recorded_sizes(new) is None:
        return plan
    if baseline and not is_disabled(baseline):
        pin(baseline, clusters)
    reason = not_yet(new, min(new.desired, plan.size), traffic)
    if reason:
        return until_launched(reason, new, look, service, clusters)
    wanted = next_batch(new.desired, plan.size, service.red_black.batch_percent)
    if new.desired < wanted:
        clusters.resize(new.name, minimum=wanted, maximum=max(new.max_size, wanted), desired=wanted)
    if wanted < plan.size:
        return until(f"{plan.new}: {wanted} of {plan.size} instances are started first", look, service)
    return plan


def in_service(plan: RegionPlan, service: Service, look: Look, clusters: Clusters, traffic: Traffic,
               leases: Leases) -> RegionPlan | Wait:
    """Every instance of the new ASG runs this AMI, is in service and healthy in every target group."""
    hold(plan, look, leases)
    new, _ = _both(plan, clusters)
    if recorded_sizes(new) is None:
        return plan
    if new.ami != plan.ami:
        raise Refused(f"{new.name} runs {new.ami}, and not {plan.ami} of this push")
    reason = not_yet(new, plan.size, traffic)
    return until_launched(reason, new, look, service, clusters) if reason else plan


def red_red(plan: RegionPlan, service: Service, look: Look, clusters: Clusters, traffic: Traffic, metrics: Metrics,
            leases: Leases) -> RegionPlan | Wait:
    """Both take traffic for a while, and are compared."""
    hold(plan, look, leases)
    new, baseline = _both(plan, clusters)
    if baseline is None or is_disabled(baseline):
        return plan
    lasts = service.lasts(minutes=service.red_black.red_red_minutes)
    measured, numbers = side_by_side(plan, service, look, metrics)
    reason = not_yet(new, plan.size, traffic)
    if look.now >= look.since + lasts and not reason and (measured or not lasts):
        return plan
    return until(f"both take traffic until {look.since + lasts:%H:%M:%S} UTC: {reason or numbers}", look, service,
                 besides=lasts)


def disable_baseline(plan: RegionPlan, service: Service, look: Look, clusters: Clusters, traffic: Traffic,
                     metrics: Metrics, leases: Leases) -> RegionPlan | Wait:
    """Take the baseline's traffic off, if the new ASG alone can carry it."""
    held = hold(plan, look, leases)
    clusters, traffic = held.guard(clusters), held.guard(traffic)
    new, baseline = _both(plan, clusters)
    if baseline is None or without_traffic(baseline, traffic):
        return plan
    if not is_out(baseline, traffic):
        reason = cannot_carry(new, [plan.new, plan.baseline], plan, service, look, traffic, metrics)
        if reason:
            return until(f"{plan.baseline} keeps its traffic: {reason}", look, service)
    reason = disable(baseline, look, clusters, traffic, held)
    return until(reason, look, service, besides=longest_drain(baseline, traffic)) if reason else plan


def holds(plan: RegionPlan, service: Service, look: Look, clusters: Clusters, traffic: Traffic, metrics: Metrics,
          leases: Leases) -> RegionPlan | Wait:
    """Watch the new ASG alone, against the baseline's last numbers; what is worse is Unhealthy, and undone."""
    hold(plan, look, leases)
    new, baseline = _both(plan, clusters)
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


def delete_baseline(plan: RegionPlan, service: Service, look: Look, clusters: Clusters, traffic: Traffic,
                    metrics: Metrics, leases: Leases) -> RegionPlan | Wait:
    """Give the new ASG the baseline's scaling and what people suspended there, un-pin it, and delete the baseline.

    The last known-good goes last.
    """
    held = hold(plan, look, leases)
    clusters = held.guard(clusters)
    new, baseline = _both(plan, clusters)
    if baseline is None:
        _un_pin_new(new, plan, service, look, clusters, traffic, metrics)
        return plan
    if not baseline.deleting:
        if not without_traffic(baseline, traffic):
            raise Refused(f"{plan.baseline} still takes traffic in {plan.region}: it is kept")
        reason = cannot_carry(new, [plan.new], plan, service, look, traffic, metrics)
        if reason:
            return until(f"{plan.baseline} is kept: {reason}", look, service)
        clusters.copy_scaling(plan.baseline, plan.new)
        _un_pin_new(new, plan, service, look, clusters, traffic, metrics)
        clusters.suspend(plan.new, suspended_by_others(baseline))
        clusters.delete(plan.baseline)
    return until(f"{plan.baseline} is being deleted with {len(baseline.instances)} instances", look, service)


def _both(plan: RegionPlan, clusters: Clusters) -> tuple[Asg, Asg | None]:
    """The new ASG and the baseline (None once it is deleted)."""
    return _among(clusters.asgs(cluster_name(plan.service, plan.environment)), plan)


def _among(asgs: list[Asg], plan: RegionPlan) -> tuple[Asg, Asg | None]:
    new = named(asgs, plan.new)
    if new is None or new.deleting:
        raise Refused(f"{plan.new} is not there in {plan.region}: somebody deleted it")
    if is_disabled(new):
        raise Refused(f"{plan.new} was rolled back in {plan.region}")
    return new, named(asgs, plan.baseline)


def _un_pin_new(new: Asg, plan: RegionPlan, service: Service, look: Look, clusters: Clusters, traffic: Traffic,
                metrics: Metrics) -> None:
    """The baseline's sizes. What the push added goes, if the rest can carry the load: else each push would add more."""
    added = max(0, new.desired - plan.baseline_desired)
    is_needed = added and cannot_carry(new, [plan.new], plan, service, look, traffic, metrics, fewer=added)
    un_pin(new, clusters, new.desired if is_needed else plan.baseline_desired)


def _only_new(plan: RegionPlan, baseline: Asg | None) -> RegionPlan:
    if baseline is not None:
        raise Refused(f"{baseline.name} was not disabled in {plan.region}: there is nothing to watch")
    return plan

