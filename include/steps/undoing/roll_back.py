"""Undoing a push in one region: restore first. The bad ASG loses its traffic only when the good one has it again."""

from include.domain import asg_tags
from include.domain.asg_names import cluster_name
from include.domain.cluster import Asg
from include.domain.errors import NothingToUndo
from include.domain.looks import Look, Wait
from include.domain.red_black.capacity import TakesBack
from include.domain.service import Service
from include.domain.undoing import newest_push, to_undo
from include.ports import Clusters, Leases, Limits, Metrics, Runs, Traffic
from include.steps.lease import Held, lease_key, take
from include.steps.red_black.carrying import size_after, takes_back
from include.steps.red_black.disable import disable, is_out, longest_drain, without_traffic
from include.steps.red_black.enable import enable, is_disabled, register
from include.steps.red_black.ladder import not_yet, until, until_launched
from include.steps.red_black.pin import pin, un_pin
from include.steps.undoing.relaunch import is_restored, launch_again, made_alike, must_fit

ROLL_BACK_MINUTES = 5       # about: health checks, and a drain of 300 s, which is what AWS declares where nobody did


def roll_back(owner: str, push_id: str, service: Service, environment: str, region: str, look: Look,
              clusters: Clusters, traffic: Traffic, limits: Limits, metrics: Metrics, leases: Leases, runs: Runs, *,
              also_complete: bool = False) -> str | Wait:
    """Enable the baseline, or launch its AMI again, wait until it is healthy, then disable the new ASG, which stays for
    a look at what it did. A region where the push is complete is undone only if `also_complete`.

    The push's own rollback (its owner begins with the push's id) takes the lease from the push, and from nobody else;
    a person's takes it from whoever holds it.
    """
    cluster, key = cluster_name(service.service, environment), lease_key(service.service, environment, region)
    try:
        asgs = clusters.asgs(cluster)
        found = to_undo(asgs, cluster, push_id, region, also_complete=also_complete)
        if found.baseline is None and found.new:
            must_fit(found.new, limits)
        held = _take_over(owner, push_id, service, key, look, leases, runs, asgs)
        if isinstance(held, Wait):
            return held
        done = undo(push_id, service, environment, region, look, clusters, traffic, metrics, held,
                    also_complete=also_complete)
    except NothingToUndo:
        leases.release(key, owner)  # taken while there was something: the next push must not wait for it
        raise
    if not isinstance(done, Wait):
        leases.release(key, owner)
    return done


def undo(push_id: str, service: Service, environment: str, region: str, look: Look, clusters: Clusters,
         traffic: Traffic, metrics: Metrics, held: Held, *, also_complete: bool = False) -> str | Wait:
    """The same under a lease that is held already, and kept."""
    cluster = cluster_name(service.service, environment)
    clusters, traffic = held.guard(clusters), held.guard(traffic)
    found = to_undo(clusters.asgs(cluster), cluster, push_id, region, also_complete=also_complete)
    new, baseline = found.new, found.baseline
    if new and baseline is None:
        needs = takes_back(found, service, look, traffic, metrics)
        name = launch_again(new, needs.instances, cluster, clusters, held)
        return until(f"{name} is created on the AMI of the baseline, which is gone", look, service)
    if not (new and _has_changed_hands(new, baseline, traffic)):
        needs = takes_back(found, service, look, traffic, metrics)
        waits = _put_back(new, baseline, needs, look, service, clusters, traffic)
        if waits:
            return waits
    waits = _take_off(new, baseline, look, service, clusters, traffic, held) if new else None
    if waits:
        return waits
    left = un_pin(baseline, clusters, size_after(baseline, new, service, look, metrics))
    return (f"{region}: {_back(baseline)}; {_kept(new) if new else 'the new ASG was deleted before'}"
            + (f"; {left}" if left else ""))


def push_to_undo(service: Service, environment: str, region: str, clusters: Clusters) -> str:
    """The newest push, if it left the region something to go back to; NothingToUndo where there is none."""
    cluster = cluster_name(service.service, environment)
    asgs = clusters.asgs(cluster)
    push_id = newest_push(asgs, cluster, region)
    to_undo(asgs, cluster, push_id, region, also_complete=True)
    return push_id


def _take_over(owner: str, push_id: str, service: Service, key: str, look: Look, leases: Leases, runs: Runs,
               asgs: list[Asg]) -> Held | Wait:
    by_hand = not owner.startswith(push_id)
    return take(key, owner, service, look, leases, runs, asgs, what=f"the rollback of {push_id}",
                lasts=service.lasts(minutes=ROLL_BACK_MINUTES), from_owner="" if by_hand else push_id, by_force=by_hand)


def _has_changed_hands(new: Asg, baseline: Asg, traffic: Traffic) -> bool:
    """No new request reaches the new ASG any more: what the baseline needs was asked before."""
    return not is_disabled(baseline) and is_out(new, traffic)


def _put_back(new: Asg | None, baseline: Asg, needs: TakesBack, look: Look, service: Service, clusters: Clusters,
              traffic: Traffic) -> Wait | None:
    """What takes the traffic back is healthy, with as many as carry it."""
    if is_disabled(baseline):
        reason = enable(baseline, needs.instances, clusters, traffic)
    else:
        reason = _sized(baseline, needs.instances, new, clusters, traffic)
    if reason:
        why = f" ({needs.why})" if needs.why else ""
        return until_launched(f"{baseline.name} must take traffic first: {reason}{why}", baseline, look, service,
                              clusters)
    if new and is_restored(baseline):
        made_alike(baseline, new, clusters)
    return None


def _sized(baseline: Asg, wanted: int, new: Asg | None, clusters: Clusters, traffic: Traffic) -> str | None:
    """One from which we took nothing, or that was launched again: with so many healthy instances, wherever the new ASG
    takes traffic. What a person took out is put back."""
    if baseline.desired < wanted:
        pin(baseline, clusters)
        clusters.resize(baseline.name, minimum=wanted, maximum=max(baseline.max_size, wanted), desired=wanted)
    arns = list(dict.fromkeys([*baseline.target_groups, *(new.target_groups if new else ())]))
    reason = not_yet(baseline, wanted, traffic, arns)
    if reason:
        register(baseline, arns, traffic)
    return reason


def _take_off(new: Asg, baseline: Asg, look: Look, service: Service, clusters: Clusters, traffic: Traffic,
              held: Held) -> Wait | None:
    if without_traffic(new, traffic):
        return None
    reason = disable(new, look, clusters, traffic, held)
    if reason is None:
        return None
    return until(f"{baseline.name} takes traffic again; {reason}", look, service, besides=longest_drain(new, traffic))


def _back(baseline: Asg) -> str:
    said = f"{baseline.name} takes the traffic again with {baseline.in_service} instances"
    return f"{said}, launched again on {baseline.ami}" if is_restored(baseline) else said


def _kept(new: Asg) -> str:
    expires = new.tags.get(asg_tags.EXPIRES_AT, "")
    return f"{new.name} is kept without" + (f" until {expires}" if expires else "")
