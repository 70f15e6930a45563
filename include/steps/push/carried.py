"""Which commits came with a push: every one that the commit that ran before has not. Law 7: a repository that cannot
tell fails no push."""

import logging
from collections.abc import Mapping

from include.domain import asg_tags
from include.domain.asg_names import cluster_name
from include.domain.asg_tags import Role
from include.domain.errors import SerinError
from include.domain.push import Push
from include.domain.standing import made_by, red
from include.ports import Branches, Clusters

log = logging.getLogger(__name__)


def carried(push: Push, clusters: Mapping[str, Clusters], branches: Branches) -> tuple[str, str]:
    """What ran before, and the commits since, as a record has them; where regions ran different ones, by the oldest."""
    previous = ""
    try:
        previous = _oldest(push, clusters, branches) or push.previous
        if not previous or not push.commit:
            return previous, ""
        return previous, ",".join(change.commit.sha[:12] for change in branches.between(previous, push.commit))
    except SerinError as error:
        log.warning("the commits that came with %s are not known: %s: %s", push.id, type(error).__name__, error)
        return previous, ""


def _oldest(push: Push, clusters: Mapping[str, Clusters], branches: Branches) -> str:
    cluster = cluster_name(push.service, push.environment)
    ran = dict.fromkeys(found for port in clusters.values() if (found := _ran(push, cluster, port)))
    oldest = ""
    for commit in ran:
        if not oldest or branches.is_older(commit, oldest):
            oldest = commit
    return oldest


def _ran(push: Push, cluster: str, clusters: Clusters) -> str:
    """The commit of what the push replaced, or would have."""
    asgs = clusters.asgs(cluster)
    new = made_by(asgs, push.id, Role.NEW)
    if new:
        return new.tags.get(asg_tags.REPLACES_COMMIT, "")
    return next((asg.tags.get(asg_tags.COMMIT, "") for asg in red(asgs, cluster)), "")
