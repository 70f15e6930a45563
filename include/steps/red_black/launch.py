"""The new ASG from nothing to its whole size under traffic."""

from collections.abc import Mapping

from include.domain.asg_names import cluster_name
from include.domain.cluster import Asg
from include.domain.errors import Refused
from include.domain.looks import Look, Wait
from include.domain.peak_windows import Market
from include.domain.push import RegionPlan
from include.domain.red_black.operational import why_not_operational
from include.domain.red_black.sizes import batches_before_the_last, next_batch, recorded_sizes
from include.domain.service import Service
from include.domain.standing import named
from include.ports import Archive, Clusters, Instances, Leases, Limits, Traffic
from include.steps.lease import Held, hold
from include.steps.push.pre_flight import must_fit
from include.steps.red_black.both import among, both
from include.steps.red_black.by_hand import changed_by_hand
from include.steps.red_black.create import create_new
from include.steps.red_black.enable import is_disabled
from include.steps.red_black.instance_starts import note_healthy, of_plan
from include.steps.red_black.ladder import targets_of, until, until_launched
from include.steps.red_black.peak_windows import must_still_be_off_peak
from include.steps.red_black.pin import pin
from include.steps.red_black.start_times import launch_limit, remember_start
from include.steps.red_black.versions import other_version


def launch_new(plan: RegionPlan, service: Service, markets: Mapping[str, Market], look: Look, clusters: Clusters,
               traffic: Traffic, limits: Limits, instances: Instances, leases: Leases,
               archive: Archive) -> RegionPlan | Wait:
    """Create the new ASG at 0, pin the baseline, size up in batches; each batch takes traffic before the next."""
    held = hold(plan, look, leases)
    clusters = held.guard(clusters)
    asgs = _created(plan, service, markets, look, clusters, limits, held)
    if named(asgs, plan.new) is None:
        return until(f"{plan.new} is created; AWS does not show it yet", look, service)
    new, baseline = among(asgs, plan)
    if recorded_sizes(new) is None:
        return plan
    if waits := changed_by_hand(plan, new, baseline, service, look, clusters):
        return waits
    if baseline and not is_disabled(baseline):
        pin(baseline, clusters)
    reason = (_not_yet(plan, new, min(new.desired, plan.size), look, clusters, traffic, archive)
              or other_version(plan, new, service, instances))
    if reason:
        batches = batches_before_the_last(service.red_black.batch_percent)
        within = launch_limit(plan, batches, service, look.now, archive)
        return until_launched(reason, new, look, service, clusters, within)
    wanted = next_batch(new.desired, plan.size, service.red_black.batch_percent)
    if new.desired < wanted:
        clusters.resize(new.name, minimum=wanted, maximum=max(new.max_size, wanted), desired=wanted)
    if wanted < plan.size:
        return until(f"{plan.new}: {wanted} of {plan.size} instances are started first", look, service)
    return plan


def in_service(plan: RegionPlan, service: Service, look: Look, clusters: Clusters, traffic: Traffic,
               instances: Instances, leases: Leases, archive: Archive) -> RegionPlan | Wait:
    """Every instance of the new ASG is in service, healthy in every target group, and runs what is pushed."""
    clusters = hold(plan, look, leases).guard(clusters)
    new, baseline = both(plan, clusters)
    if recorded_sizes(new) is None:
        return plan
    if waits := changed_by_hand(plan, new, baseline, service, look, clusters):
        return waits
    if new.ami != plan.ami:
        raise Refused(f"{new.name} runs {new.ami}, and not {plan.ami} of this push")
    reason = (_not_yet(plan, new, plan.size, look, clusters, traffic, archive)
              or other_version(plan, new, service, instances))
    if reason:
        within = launch_limit(plan, 1, service, look.now, archive)
        return until_launched(reason, new, look, service, clusters, within)
    remember_start(plan, new, look, clusters, archive)
    return plan


def _not_yet(plan: RegionPlan, new: Asg, wanted: int, look: Look, clusters: Clusters, traffic: Traffic,
             archive: Archive) -> str | None:
    """Why it is not operational; who takes traffic by now is noted with the same look at the targets."""
    targets = targets_of(new, traffic)
    note_healthy(of_plan(plan), new, targets, look, clusters, archive)
    return why_not_operational(new, targets, wanted)


def _created(plan: RegionPlan, service: Service, markets: Mapping[str, Market], look: Look, clusters: Clusters,
             limits: Limits, held: Held) -> list[Asg]:
    """The cluster's ASGs, the new one among them as soon as AWS shows it."""
    cluster = cluster_name(plan.service, plan.environment)
    asgs = clusters.asgs(cluster)
    if named(asgs, plan.new):
        return asgs
    must_still_be_off_peak(plan, service, markets, look)
    must_fit(plan, limits)
    create_new(plan, clusters, held)
    return clusters.asgs(cluster)
