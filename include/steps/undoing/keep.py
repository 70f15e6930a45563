"""A person keeps a push whatever its watch sees: the watch goes on, without its automatic rollback."""

from collections.abc import Sequence

from include.domain import asg_tags
from include.domain.asg_names import cluster_name, members
from include.domain.asg_tags import Role, as_value
from include.domain.cluster import Asg
from include.domain.errors import Refused
from include.domain.red_black.sizes import recorded_sizes
from include.domain.service import Service
from include.ports import Clusters
from include.steps.red_black.enable import is_disabled


def keep(who: str, reason: str, service: Service, environment: str, region: str, clusters: Clusters) -> str:
    """Written on the new ASG. The push keeps its lease: nothing that serves is changed, and it reads this at each look.
    """
    cluster = cluster_name(service.service, environment)
    new = _on_its_way(clusters.asgs(cluster), cluster)
    if new is None:
        raise Refused(f"no push of {cluster} is on its way in {region}: there is nothing to keep")
    clusters.tag(new.name, {asg_tags.KEPT: as_value(f"{who}: {reason}")})
    return f"{new.name} is kept in {region}, whatever its watch sees"


def _on_its_way(asgs: Sequence[Asg], cluster: str) -> Asg | None:
    """The ASG that a push made, that has not been un-pinned, and that nobody is taking out again."""
    found = [asg for asg in members(asgs, cluster) if asg.tags.get(asg_tags.ROLE) == Role.NEW
             and recorded_sizes(asg) and not asg.deleting and not is_disabled(asg)]
    return found[-1] if found else None
