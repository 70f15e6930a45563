"""Undoing a push in one region: restore first. The bad ASG loses its traffic only when the good one has it again."""

from include.domain import asg_tags
from include.domain.asg_names import cluster_name, members
from include.domain.asg_tags import Role
from include.domain.cluster import Asg
from include.domain.errors import NothingToUndo
from include.domain.looks import Look, Wait
from include.domain.red_black.sizes import recorded_sizes
from include.domain.service import Service
from include.domain.standing import to_undo
from include.ports import Clusters, Leases, Traffic
from include.steps.disable import disable, longest_drain, without_traffic
from include.steps.enable import enable, is_disabled
from include.steps.ladder import not_yet, until, until_launched
from include.steps.lease import Held, lease_key, take
from include.steps.pin import un_pin


def roll_back(owner: str, push_id: str, service: Service, environment: str, region: str, look: Look,
              clusters: Clusters, traffic: Traffic, leases: Leases) -> str | Wait:
    """Enable the baseline, wait until it is healthy, then disable the new ASG, which stays for a look at what it did.

    The push's own rollback (its owner begins with the push's id) takes the lease from the push, and from nobody else;
    a person's takes it from whoever holds it.
    """
    cluster, key = cluster_name(service.service, environment), lease_key(service.service, environment, region)
    try:
        to_undo(clusters.asgs(cluster), cluster, push_id, region)
        held = _take_over(owner, push_id, service, key, look, leases)
        if isinstance(held, Wait):
            return held
        done = undo(push_id, service, environment, region, look, clusters, traffic, held)
    except NothingToUndo:
        leases.release(key, owner)  # taken while there was something: the next push must not wait for it
        raise
    if not isinstance(done, Wait):
        leases.release(key, owner)
    return done


def undo(push_id: str, service: Service, environment: str, region: str, look: Look, clusters: Clusters,
         traffic: Traffic, held: Held) -> str | Wait:
    """The same under a lease that is held already, and kept."""
    cluster = cluster_name(service.service, environment)
    new, baseline = to_undo(clusters.asgs(cluster), cluster, push_id, region)
    clusters, traffic = held.guard(clusters), held.guard(traffic)
    waits = _put_back(baseline, look, service, clusters, traffic)
    if new and not waits:
        waits = _take_off(new, baseline, look, service, clusters, traffic, held)
    if waits:
        return waits
    un_pin(baseline, clusters, baseline.desired)
    return (f"{region}: {baseline.name} takes the traffic again with {baseline.in_service} instances; "
            + (_kept(new) if new else "the new ASG was deleted before"))


def push_to_undo(service: Service, environment: str, region: str, clusters: Clusters) -> str:
    """The newest push that left the region something to go back to; NothingToUndo where there is none."""
    cluster = cluster_name(service.service, environment)
    asgs = clusters.asgs(cluster)
    for asg in reversed(members(asgs, cluster)):
        push_id = asg.tags.get(asg_tags.PUSH)
        if push_id and asg.tags.get(asg_tags.ROLE) == Role.NEW and not asg.deleting and not is_disabled(asg):
            to_undo(asgs, cluster, push_id, region)
            return push_id
    raise NothingToUndo(f"no push left {cluster} anything to go back to in {region}")


def _kept(new: Asg) -> str:
    expires = new.tags.get(asg_tags.EXPIRES_AT, "")
    return f"{new.name} is kept without" + (f" until {expires}" if expires else "")


def _take_over(owner: str, push_id: str, service: Service, key: str, look: Look, leases: Leases) -> Held | Wait:
    by_hand = not owner.startswith(push_id)
    if owner != push_id and not by_hand:
        leases.release(key, push_id)
    return take(key, owner, service, look, leases, by_force=by_hand)


def _put_back(baseline: Asg, look: Look, service: Service, clusters: Clusters, traffic: Traffic) -> Wait | None:
    """Needed is what it had when the push began."""
    wanted = _needed(baseline)
    if is_disabled(baseline):
        reason = enable(baseline, wanted, clusters, traffic)
    else:
        reason = not_yet(baseline, wanted, traffic)
    if reason is None:
        return None
    return until_launched(f"{baseline.name} must take traffic first: {reason}", baseline, look, service, clusters)


def _take_off(new: Asg, baseline: Asg, look: Look, service: Service, clusters: Clusters, traffic: Traffic,
              held: Held) -> Wait | None:
    if without_traffic(new, traffic):
        return None
    reason = disable(new, look, clusters, traffic, held)
    if reason is None:
        return None
    return until(f"{baseline.name} takes traffic again; {reason}", look, service, besides=longest_drain(new, traffic))


def _needed(baseline: Asg) -> int:
    before = recorded_sizes(baseline)
    return max(1, before.desired if before else baseline.desired)
