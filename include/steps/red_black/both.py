"""The new ASG and the baseline of a region's push, as they stand now."""

from include.domain import asg_tags
from include.domain.asg_names import cluster_name
from include.domain.cluster import Asg
from include.domain.errors import Refused, Retryable
from include.domain.push import RegionPlan
from include.domain.standing import named
from include.ports import Clusters
from include.steps.red_black.enable import is_disabled


def both(plan: RegionPlan, clusters: Clusters) -> tuple[Asg, Asg | None]:
    """The new ASG and the baseline (None once it is deleted)."""
    return among(clusters.asgs(cluster_name(plan.service, plan.environment)), plan)


def among(asgs: list[Asg], plan: RegionPlan) -> tuple[Asg, Asg | None]:
    """The same, of ASGs that were read already. Refused where the push has no new ASG any more."""
    new = named(asgs, plan.new)
    if new is None or new.deleting:
        raise Refused(f"{plan.new} is not there in {plan.region}: somebody deleted it")
    _must_be_ours(new, plan)
    if is_disabled(new):
        raise Refused(f"{plan.new} was rolled back in {plan.region}")
    return new, named(asgs, plan.baseline)


def _must_be_ours(found: Asg, plan: RegionPlan) -> None:
    """The name was free when the push was planned: one that is older than the plan was deleted, and is only shown."""
    if found.tags.get(asg_tags.PUSH) == plan.push_id:
        return
    owner = found.tags.get(asg_tags.PUSH) or "somebody else"
    if found.created_at < plan.planned_at:
        raise Retryable(f"AWS still shows the {plan.new} that {owner} had in {plan.region}, and not this push's")
    raise Refused(f"{plan.new} is there already in {plan.region}, made by {owner}")
