"""What a push will do in one region, decided from what runs there now."""

from collections.abc import Mapping

from include.domain import asg_tags
from include.domain.asg_names import cluster_name, next_name
from include.domain.asg_tags import Role
from include.domain.errors import BadInput, Refused
from include.domain.lease import named_push, push_lasts
from include.domain.looks import Look, Wait
from include.domain.peak_windows import Market
from include.domain.push import Push, PushKind, RegionPlan
from include.domain.red_black.operational import short_name
from include.domain.red_black.processes import joined, suspended_by_others
from include.domain.red_black.sizes import recorded_sizes, sizes_of
from include.domain.service import Service
from include.domain.standing import baseline_of, made_by, must_be_pushable
from include.ports import Archive, Branches, Clusters, Images, Leases, Metrics, Runs, Traffic
from include.steps.branches.overtaking import must_not_go_back
from include.steps.lease import lease_key, take
from include.steps.red_black.create import image_id
from include.steps.red_black.enable import is_disabled
from include.steps.red_black.live import measured_rps
from include.steps.red_black.peak_windows import not_in_a_slot
from include.steps.scaling.past import past_of

LATE = 2    # at least one part in so many of the slot must be left when a region is begun


def plan(push: Push, region: str, service: Service, markets: Mapping[str, Market], look: Look, clusters: Clusters,
         traffic: Traffic, images: Images, metrics: Metrics, leases: Leases, runs: Runs, branches: Branches,
         archive: Archive) -> RegionPlan | Wait:
    """Take the lease, and decide names and sizes from what runs there now.

    A wait for the lease, or an Airflow that was down, may have used the slot up: then the next one is waited for.
    """
    cluster = cluster_name(push.service, push.environment)
    asgs = clusters.asgs(cluster)
    if made_by(asgs, push.id, Role.NEW) is None:
        waits = not_in_a_slot(push, region, service, markets, look, service.red_black.region_minutes / LATE)
        if waits:
            return waits
    held = take(lease_key(push.service, push.environment, region), push.id, service, look, leases, runs, asgs,
                what=named_push(push), lasts=push_lasts(service, push.environment, region))
    if isinstance(held, Wait):
        return held
    asgs = held.guard(clusters).asgs(cluster)
    new, baseline = made_by(asgs, push.id, Role.NEW), baseline_of(asgs, cluster, push.id, region)
    if new and is_disabled(new):
        raise Refused(f"{new.name} of this push was rolled back in {region}: start a new push")
    if push.kind != PushKind.DEPLOY:
        must_not_go_back(push.commit, [baseline], region, service, branches)
    must_be_pushable(baseline, declared_target_group(push, region, service, traffic), region)
    if not baseline.in_service:
        raise Refused(f"{baseline.name} has no instance in service in {region}: its size says nothing")
    before = recorded_sizes(baseline) or sizes_of(baseline)
    measured = measured_rps([baseline.name], look, service, metrics)
    past = past_of(push, region, cluster, asgs, service, look, metrics, archive)
    size, scales = past.size(baseline.in_service, before.maximum), past.scaling(new, baseline, before, clusters)
    return RegionPlan(
        push.id, push.service, push.environment, region, push.commit, image_id(push, region, images), baseline.name,
        new.name if new else next_name(cluster, asgs), size.instances, before.minimum, before.maximum, before.desired,
        baseline.ami, baseline.tags.get(asg_tags.COMMIT, ""), joined(suspended_by_others(baseline)),
        joined(short_name(arn) for arn in baseline.target_groups),
        past.carries(measured, baseline.in_service), held.token, look.now, size.why, *scales)


def declared_target_group(push: Push, region: str, service: Service, traffic: Traffic) -> str:
    """The ARN of the region's target group; BadInput where there is none of this name."""
    name = service.region(push.environment, region).target_group
    arn = traffic.target_group(name)
    if arn is None:
        raise BadInput(f"environments.{push.environment}: there is no target group {name} in {region}")
    return arn
