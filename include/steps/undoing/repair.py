"""Putting right what a push that died left behind in one region: under the lease, one finding after the other. Safe to
say again; a region that another holds is left alone.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Protocol

from include.domain.asg_names import BASELINE, CANARY, cluster_name
from include.domain.errors import BadInput, Final, NothingToUndo
from include.domain.left_over import Finding, Leftovers, Mend, Seen
from include.domain.looks import Look, Wait
from include.domain.repair import findings, leftovers
from include.domain.service import Service
from include.ports import Archive, Clusters, Leases, Metrics, Runs, Traffic
from include.steps.lease import is_left_behind, lease_key, take
from include.steps.undoing.mend import Region, mend


def look_over(owner: str, service: Service, environment: str, region: str, look: Look, clusters: Clusters,
              traffic: Traffic, leases: Leases, runs: Runs) -> Leftovers:
    """What is left over in the region, and what would be done about it. Changes nothing."""
    return leftovers(see(service, environment, region, look, clusters, traffic, leases, runs), owner)


def repair(owner: str, service: Service, environment: str, region: str, look: Look, clusters: Clusters,
           traffic: Traffic, metrics: Metrics, leases: Leases, runs: Runs) -> Leftovers | Wait:
    """Do it, until all that is left is a person's; what that is. NothingToUndo where there is nothing to do."""
    key = lease_key(service.service, environment, region)

    def left() -> Seen:
        return see(service, environment, region, look, clusters, traffic, leases, runs)

    seen = left()
    if held := seen.held_by_another(owner):
        raise NothingToUndo(held)
    if not _to_mend(seen):
        return _ended(seen, owner, leases)
    held = take(key, owner, service, look, leases, runs, seen.asgs, what="repair",
                lasts=service.lasts(minutes=service.red_black.limit_minutes))
    if isinstance(held, Wait):
        return held
    guarded = held.guard(clusters)
    seen = see(service, environment, region, look, guarded, traffic, leases, runs)  # nobody else changes it now
    if not _to_mend(seen):
        return _ended(seen, owner, leases)
    place = Region(seen, service, environment, look, guarded, held.guard(traffic), metrics, held)
    try:
        return _mend_all(place)
    except Final:
        leases.release(key, owner)
        raise


class Place(Protocol):
    """The ports of one region."""

    clusters: Clusters
    traffic: Traffic


def finish_repair(owner: str, asked: Mapping[str, object], failures: Mapping[str, str], service: Service,
                  environment: str, look: Look, places: Mapping[str, Place], archive: Archive,
                  leases: Leases, runs: Runs) -> list[Leftovers]:
    """What is left over in each region now; the first time it is kept, with who asked and what failed."""
    left = [look_over(owner, service, environment, region, look, place.clusters, place.traffic, leases, runs)
            for region, place in places.items()]
    key = f"repairs/{service.service}/{owner}.json"
    if archive.get(key) is None:
        record = {**asked, "at": look.now.isoformat(timespec="seconds"), "failures": dict(failures),
                  "regions": [asdict(region) for region in left]}
        archive.put(key, json.dumps(record).encode(), "application/json")
    return left


def see(service: Service, environment: str, region: str, look: Look, clusters: Clusters, traffic: Traffic,
        leases: Leases, runs: Runs) -> Seen:
    """One region, as it stands."""
    cluster, name = cluster_name(service.service, environment), service.region(environment, region).target_group
    main = traffic.target_group(name)
    if main is None:
        raise BadInput(f"environments.{environment}: there is no target group {name} in {region}")
    pair = tuple(arn for detail in (CANARY, BASELINE) if (arn := traffic.target_group(f"{cluster}-{detail}")))
    asgs, weights = tuple(clusters.asgs(cluster)), traffic.weights()
    lease = leases.holder(lease_key(service.service, environment, region))
    arns = dict.fromkeys([main, *pair, *weights, *(arn for asg in asgs for arn in asg.target_groups)])
    return Seen(region, cluster, main, pair, asgs, weights, {arn: tuple(traffic.targets(arn)) for arn in arns},
                lease, look.now, lease is not None and is_left_behind(lease, "", service, look, runs))


def _to_mend(seen: Seen) -> list[Finding]:
    return [finding for finding in findings(seen) if finding.mend != Mend.PERSON]


def _ended(seen: Seen, owner: str, leases: Leases) -> Leftovers:
    if seen.lease and seen.lease.owner == owner:
        leases.release(seen.lease.key, owner)
    return leftovers(seen, owner)


def _mend_all(place: Region) -> Wait:
    """Each in turn; a finding that must be waited for holds up those after it."""
    todo = _to_mend(place.seen)
    for finding in todo:
        waits = mend(place, finding)
        if waits:
            return waits
    return place.until(f"was done: {'; '.join(map(str, todo))}")


