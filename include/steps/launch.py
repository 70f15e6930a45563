"""The new ASG from nothing to its whole size under traffic."""

from include.domain.asg_names import cluster_name
from include.domain.errors import Refused
from include.domain.looks import Look, Wait
from include.domain.push import RegionPlan
from include.domain.red_black.sizes import next_batch, recorded_sizes
from include.domain.service import Service
from include.domain.standing import named
from include.ports import Clusters, Leases, Traffic
from include.steps.both import among, both
from include.steps.create import create_new
from include.steps.enable import is_disabled
from include.steps.ladder import not_yet, until, until_launched
from include.steps.lease import hold
from include.steps.pin import pin


def launch_new(plan: RegionPlan, service: Service, look: Look, clusters: Clusters, traffic: Traffic,
               leases: Leases) -> RegionPlan | Wait:
    """Create the new ASG at 0, pin the baseline, size up in batches; each batch takes traffic before the next."""
    held = hold(plan, look, leases)
    clusters = held.guard(clusters)
    create_new(plan, clusters, held)
    asgs = clusters.asgs(cluster_name(plan.service, plan.environment))
    if named(asgs, plan.new) is None:
        return until(f"{plan.new} is created; AWS does not show it yet", look, service)
    new, baseline = among(asgs, plan)
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
    new, _ = both(plan, clusters)
    if recorded_sizes(new) is None:
        return plan
    if new.ami != plan.ami:
        raise Refused(f"{new.name} runs {new.ami}, and not {plan.ami} of this push")
    reason = not_yet(new, plan.size, traffic)
    return until_launched(reason, new, look, service, clusters) if reason else plan
