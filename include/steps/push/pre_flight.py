"""What would stop a push in a region, asked before anything is changed: of all regions before the canary, which costs
hours, and of each region again when it is begun."""

from collections.abc import Mapping

from include.domain.asg_names import cluster_name, next_name
from include.domain.asg_tags import Role
from include.domain.declared.environments import RegionSettings
from include.domain.errors import BadInput, Final
from include.domain.push import Push, RegionPlan
from include.domain.red_black.room import missing
from include.domain.red_black.sizes import new_size
from include.domain.service import Service
from include.domain.standing import baseline_of, made_by, must_be_pushable
from include.ports import Alarms, Clusters, Images, Limits, Traffic
from include.steps.red_black.create import image_id
from include.steps.red_black.plan import declared_target_group


def pre_flight(push: Push, service: Service, images: Images, clusters: Mapping[str, Clusters],
               traffic: Mapping[str, Traffic], limits: Mapping[str, Limits], alarms: Mapping[str, Alarms]) -> Push:
    """The push, if every region could take it as it stands now; else BadInput with all that is wrong in any of them."""
    wrong = [f"{region}: {problem}" for region in clusters for problem in (
        *_problems(push, region, service, images, clusters[region], traffic[region], limits[region]),
        *_unknown_alarms(service.region(push.environment, region), alarms[region]))]
    if wrong:
        raise BadInput("; ".join(wrong))
    return push


def must_fit(plan: RegionPlan, limits: Limits) -> None:
    """The same for one region, at the size that is planned now."""
    wrong = _misfits(plan.baseline, plan.new, plan.size, plan.ami, limits)
    if wrong:
        raise BadInput(f"{plan.region}: " + "; ".join(wrong))


def _problems(push: Push, region: str, service: Service, images: Images, clusters: Clusters, traffic: Traffic,
              limits: Limits) -> list[str]:
    cluster = cluster_name(push.service, push.environment)
    try:
        asgs = clusters.asgs(cluster)
        if made_by(asgs, push.id, Role.NEW):
            return []   # a push that is taken up again: here it has passed already
        baseline = baseline_of(asgs, cluster, push.id, region)
        must_be_pushable(baseline, declared_target_group(push, region, service, traffic), region)
        size = new_size(baseline.in_service, service.red_black.extra_percent)
        return _misfits(baseline.name, next_name(cluster, asgs), size, image_id(push, region, images), limits)
    except Final as wrong:
        return [str(wrong)]


def _unknown_alarms(here: RegionSettings, alarms: Alarms) -> list[str]:
    try:
        alarms.read(here.alarms)
    except BadInput as wrong:
        return [str(wrong)]
    return []


def _misfits(baseline: str, new: str, size: int, ami: str, limits: Limits) -> list[str]:
    return [*limits.refuses(baseline, ami), *missing(limits.room(baseline), new, size)]
