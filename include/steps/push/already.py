"""A commit that runs everywhere already need not be pushed: a branch that was moved forwards to it changed nothing."""

from collections.abc import Mapping

from include.domain import asg_tags
from include.domain.asg_names import cluster_name
from include.domain.errors import NothingToPush
from include.domain.push import WATCHER, Push, PushKind
from include.domain.standing import red
from include.ports import Clusters


def must_be_needed(push: Push, clusters: Mapping[str, Clusters]) -> None:
    """NothingToPush where every region runs the commit, and nothing else. What a person asks for is always needed, and
    so is a push that already has an ASG of its own: it goes on."""
    if push.started_by != WATCHER or not push.commit:
        return
    if all(_runs_only(push, port) for port in clusters.values()):
        what = "deploy" if push.kind == PushKind.DEPLOY else "push"
        raise NothingToPush(f"commit {push.commit[:12]} runs in {', '.join(clusters)} of {push.environment} already: "
                            f"there is nothing to {what}")


def _runs_only(push: Push, clusters: Clusters) -> bool:
    cluster = cluster_name(push.service, push.environment)
    serving = red(clusters.asgs(cluster), cluster)
    commits = {asg.tags.get(asg_tags.COMMIT) for asg in serving}
    made = any(asg.tags.get(asg_tags.PUSH) == push.id for asg in serving)
    return len(serving) == 1 and commits == {push.commit} and not made
