"""What a push would change of the scaling, said before anybody lets it into the regions; each region's plan decides by
what is known then."""

from collections.abc import Mapping

from include.domain.asg_names import cluster_name
from include.domain.errors import SerinError
from include.domain.looks import Look
from include.domain.push import Push
from include.domain.red_black.sizes import recorded_sizes, sizes_of
from include.domain.scaling.decide import scaling_diff
from include.domain.service import Service
from include.domain.standing import running
from include.ports import Archive, Clusters, Metrics
from include.steps.scaling.past import past_of


def foreseen_scaling(push: Push, service: Service, look: Look, clusters: Mapping[str, Clusters],
                     metrics: Mapping[str, Metrics], archive: Archive) -> list[str]:
    """A line for each change, with its region; none where the service declares no scaling."""
    if service.scaling is None:
        return []
    return [f"{region}: {line}" for region in clusters
            for line in _of_region(push, region, service, look, clusters[region], metrics[region], archive)]


def _of_region(push: Push, region: str, service: Service, look: Look, clusters: Clusters, metrics: Metrics,
               archive: Archive) -> list[str]:
    """A region that cannot be looked at now keeps nobody from deciding."""
    cluster = cluster_name(push.service, push.environment)
    try:
        asgs = clusters.asgs(cluster)
        baseline = running(asgs, cluster, region)
        found = past_of(push, region, cluster, asgs, service, look, metrics, archive).decided(
            baseline, recorded_sizes(baseline) or sizes_of(baseline), clusters)
        return scaling_diff(found) if found else []
    except SerinError as error:
        return [f"scaling cannot be told now: {error}"]
