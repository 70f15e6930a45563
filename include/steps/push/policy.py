"""What follows in other regions, or does not, when one fails: red_black.when_a_region_fails."""

from collections.abc import Mapping

from include.domain.asg_names import cluster_name, members
from include.domain.asg_tags import Role
from include.domain.by_hand import dag_of
from include.domain.errors import NothingToUndo
from include.domain.looks import Look, Wait
from include.domain.service import Service
from include.domain.standing import End, made_by, red, stands
from include.ports import Clusters, Leases, Limits, Metrics, Runs, Traffic
from include.steps.undoing.roll_back import roll_back


def hold_region(push_id: str, service: Service, environment: str, region: str, clusters: Clusters) -> str:
    """`hold`: nothing is undone by itself. What the region keeps, for a person to decide; NothingToUndo where the push
    left nothing half way. Every step leaves a region as those that keep taking traffic can carry it."""
    cluster = cluster_name(service.service, environment)
    asgs = clusters.asgs(cluster)
    if stands(asgs, cluster, push_id, region).end != End.LEFT:
        raise NothingToUndo(f"{push_id} left nothing half way in {region}")
    serving = [asg.name for asg in red(asgs, cluster)]
    kept = [asg.name for asg in members(asgs, cluster) if asg.name not in serving and not asg.deleting]
    without = f", {' and '.join(kept)} {'is' if len(kept) == 1 else 'are'} kept without" if kept else ""
    takes = "takes" if len(serving) == 1 else "take"
    return (f"{region} is held as it is: {' and '.join(serving) or 'nothing'} {takes} traffic{without}; "
            f"{dag_of(service.service, environment, 'roll_back')} undoes {push_id} there")


def undo_with_the_others(owner: str, push_id: str, service: Service, environment: str, region: str, look: Look,
                         everywhere: Mapping[str, Clusters], clusters: Clusters, traffic: Traffic, limits: Limits,
                         metrics: Metrics, leases: Leases, runs: Runs) -> str | Wait:
    """`undo_all`: the region is complete and another is not, so it goes back too. A region whose own rollback failed is
    left to a person."""
    cluster = cluster_name(service.service, environment)
    ends = {name: stands(port.asgs(cluster), cluster, push_id, name).end for name, port in everywhere.items()}
    if set(ends.values()) == {End.COMPLETE}:
        raise NothingToUndo(f"{push_id} is complete in every region")
    if ends[region] != End.COMPLETE and not made_by(clusters.asgs(cluster), push_id, Role.RESTORED):
        raise NothingToUndo(f"{push_id} is not complete in {region}")
    return roll_back(owner, push_id, service, environment, region, look, clusters, traffic, limits, metrics, leases,
                     runs, also_complete=True)
