"""The steps of one region, in their order: plan, launch the new ASG, both red, the baseline black, watch, delete it.

Each one looks, does what is safe now, and says what it waits for. All may be run again from the top at any time: a new
ASG whose sizes are no longer recorded is un-pinned, and its region done.
"""

from include.domain.cluster import Asg
from include.domain.looks import Look, Wait, Why
from include.domain.push import RegionPlan
from include.domain.red_black.processes import suspended_by_others
from include.domain.red_black.sizes import recorded_sizes, sizes_of
from include.domain.service import Service
from include.ports import Clusters, Leases, Metrics, Traffic
from include.steps.lease import hold
from include.steps.red_black.both import both
from include.steps.red_black.by_hand import changed_by_hand
from include.steps.red_black.comparing import cannot_carry
from include.steps.red_black.disable import disable, is_out, longest_drain, without_traffic
from include.steps.red_black.ladder import until
from include.steps.red_black.launch import in_service, launch_new
from include.steps.red_black.pin import un_pin
from include.steps.red_black.plan import plan
from include.steps.red_black.watch import holds, red_red
from include.steps.scaling.set import set_scaling

__all__ = ["delete_baseline", "disable_baseline", "holds", "in_service", "launch_new", "plan", "red_red"]


def disable_baseline(plan: RegionPlan, service: Service, look: Look, clusters: Clusters, traffic: Traffic,
                     metrics: Metrics, leases: Leases) -> RegionPlan | Wait:
    """Take the baseline's traffic off, if the new ASG alone can carry it."""
    held = hold(plan, look, leases)
    clusters, traffic = held.guard(clusters), held.guard(traffic)
    new, baseline = both(plan, clusters)
    if baseline is None or without_traffic(baseline, traffic):
        return plan
    if waits := changed_by_hand(plan, new, baseline, service, look, clusters, traffic):
        return waits
    if not is_out(baseline, traffic):
        reason = cannot_carry(new, [plan.new, plan.baseline], plan, service, look, traffic, metrics)
        if reason:
            return until(f"{plan.baseline} keeps its traffic: {reason}", look, service, why=Why.CAPACITY)
    reason = disable(baseline, look, clusters, traffic, held)
    return until(reason, look, service, besides=longest_drain(baseline, traffic)) if reason else plan


def delete_baseline(plan: RegionPlan, service: Service, look: Look, clusters: Clusters, traffic: Traffic,
                    metrics: Metrics, leases: Leases) -> RegionPlan | Wait:
    """Give the new ASG the baseline's scaling with its own target, and what people suspended there, un-pin it, and
    delete the baseline.

    The last known-good goes last.
    """
    held = hold(plan, look, leases)
    clusters = held.guard(clusters)
    new, baseline = both(plan, clusters)
    if baseline is None:
        _un_pin_new(new, plan, service, look, clusters, traffic, metrics)
        return plan
    if not baseline.deleting:
        if waits := changed_by_hand(plan, new, baseline, service, look, clusters, new_scales=True):
            return waits
        if not without_traffic(baseline, traffic):
            return until(f"{plan.baseline} still takes traffic in {plan.region}: it is kept", look, service)
        reason = cannot_carry(new, [plan.new], plan, service, look, traffic, metrics)
        if reason:
            return until(f"{plan.baseline} is kept: {reason}", look, service, why=Why.CAPACITY)
        clusters.copy_scaling(plan.baseline, plan.new)
        set_scaling(new, clusters)
        _un_pin_new(new, plan, service, look, clusters, traffic, metrics)
        clusters.suspend(plan.new, suspended_by_others(baseline))
        clusters.delete(plan.baseline)
    return until(f"{plan.baseline} is being deleted with {len(baseline.instances)} instances", look, service)


def _un_pin_new(new: Asg, plan: RegionPlan, service: Service, look: Look, clusters: Clusters, traffic: Traffic,
                metrics: Metrics) -> None:
    """The sizes that it was born for. What the push added goes, if the rest can carry the load: else each push would
    add more."""
    wanted = (recorded_sizes(new) or sizes_of(new)).desired
    added = max(0, new.desired - wanted)
    is_needed = added and cannot_carry(new, [plan.new], plan, service, look, traffic, metrics, fewer=added)
    un_pin(new, clusters, new.desired if is_needed else wanted)
