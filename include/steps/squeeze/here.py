"""Where a squeeze happens, as one look sees it: canary, baseline and prod in one region, under the push's lease."""

from dataclasses import dataclass

from include.domain.asg_names import BASELINE, CANARY
from include.domain.canary import Canary
from include.domain.cluster import Asg
from include.domain.errors import Inconclusive
from include.domain.looks import Look
from include.domain.service import Service
from include.domain.standing import running
from include.ports import Clusters, Metrics, Traffic
from include.steps.canary.pair import Place, found, place
from include.steps.lease import Held


@dataclass(frozen=True)
class Here:
    """`pair` has both sides by name, `main` is the ASG that serves prod; ports that change something are guarded."""

    canary: Canary
    service: Service
    look: Look
    held: Held
    clusters: Clusters
    traffic: Traffic
    metrics: Metrics
    where: Place
    main: Asg
    pair: dict[str, Asg]

    def arn(self, side: str) -> str:
        return self.pair[side].target_groups[0]


def here(canary: Canary, service: Service, look: Look, held: Held, clusters: Clusters, traffic: Traffic,
         metrics: Metrics) -> Here:
    """Inconclusive where one of both sides is gone."""
    clusters, traffic = held.guard(clusters), held.guard(traffic)
    where = place(canary.environment, service, traffic)
    asgs = clusters.asgs(where.cluster)
    pair = found(canary.push_id, where.cluster, clusters)
    for side, name in ((CANARY, canary.canary_asg), (BASELINE, canary.baseline_asg)):
        if side not in pair:
            raise Inconclusive(f"inconclusive: {name} is gone, so there is nothing to squeeze")
    return Here(canary, service, look, held, clusters, traffic, metrics, where,
                running(asgs, where.cluster, where.region), pair)
