"""The new ASG and the baseline of a region's push, as they stand now."""

from include.domain.asg_names import cluster_name
from include.domain.cluster import Asg
from include.domain.errors import Refused
from include.domain.push import RegionPlan
from include.domain.standing import named
from include.ports import Clusters
from include.steps.enable import is_disabled


def both(plan: RegionPlan, clusters: Clusters) -> tuple[Asg, Asg | None]:
    """The new ASG and the baseline (None once it is deleted)."""
    return among(clusters.asgs(cluster_name(plan.service, plan.environment)), plan)


def among(asgs: list[Asg], plan: RegionPlan) -> tuple[Asg, Asg | None]:
    """The same, of ASGs that were read already. Refused where the push has no new ASG any more."""
    new = named(asgs, plan.new)
    if new is None or new.deleting:
        raise Refused(f"{plan.new} is not there in {plan.region}: somebody deleted it")
    if is_disabled(new):
        raise Refused(f"{plan.new} was rolled back in {plan.region}")
    return new, named(asgs, plan.baseline)
