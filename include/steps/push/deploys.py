"""What a deploy has of its own: it goes to an environment where nobody is served, so it has no canary."""

from collections.abc import Mapping

from include.domain.push import Push
from include.domain.service import Service
from include.ports import Clusters
from include.steps.push.already import must_be_needed


def begin_deploy(push: Push, service: Service, clusters: Mapping[str, Clusters]) -> Push:
    """The deploy as it goes to this environment; NothingToPush where the watcher's commit runs there already."""
    must_be_needed(push, clusters)
    return push
