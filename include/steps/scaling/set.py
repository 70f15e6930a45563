"""The scaling that a push decided, put on its new ASG, and taken back where the older AMI is launched again."""

import logging

from include.domain import asg_tags
from include.domain.cluster import Asg
from include.domain.scaling.decide import Scaling, scaling_of_tag
from include.domain.scaling.policies import Tracking, conflict
from include.ports import Clusters

log = logging.getLogger(__name__)


def set_scaling(new: Asg, clusters: Clusters) -> None:
    """The new ASG's own target, once it has the baseline's policies. Its tag says which: the minimum is in its sizes
    since it was created. What a team put there since the plan is left alone, and told in the log."""
    _put(new.name, scaling_of_tag(new.tags.get(asg_tags.SCALING, "")), clusters)


def scale_as_before(restored: Asg, new: Asg, clusters: Clusters) -> None:
    """What is launched again on the older AMI scales as that one did, and not as the AMI that was undone."""
    before = scaling_of_tag(new.tags.get(asg_tags.SCALING_BEFORE, ""))
    if before is not None and before.per_minute is None:
        clusters.drop_policy(restored.name, before.policy)
        return
    _put(restored.name, before, clusters)


def _put(asg: str, scaling: Scaling | None, clusters: Clusters) -> None:
    if scaling is None or scaling.per_minute is None:
        return
    fights = conflict(clusters.policies(asg), scaling.policy, asg)
    if fights:
        log.warning("%s", fights)
        return
    clusters.track_requests(asg, Tracking(scaling.policy, scaling.per_minute, scaling.warm_up_seconds))
