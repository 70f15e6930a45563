"""The canary's life: launched beside a fresh baseline, baked under real traffic, retired whatever happened."""

from datetime import datetime

from include.domain import asg_tags
from include.domain.asg_names import BASELINE, CANARY, cluster_name
from include.domain.asg_tags import Role
from include.domain.canary import Canary, too_much
from include.domain.cluster import Asg
from include.domain.errors import BadInput, GaveUp, Inconclusive, NoGo
from include.domain.lease import canary_lasts, named_push
from include.domain.looks import Look, Wait, Why
from include.domain.push import Push, PushKind
from include.domain.service import Service
from include.domain.standing import made_by, must_be_pushable, red, repeated_failure, running
from include.ports import Archive, Clusters, Images, Leases, Metrics, Runs, Traffic
from include.steps.canary.interim import at_each_quarter
from include.steps.canary.pair import (
    Place,
    cannot_share,
    enter,
    found,
    leave,
    of_others,
    place,
    shares,
    still_there,
    weights_back,
)
from include.steps.canary.scoring import began, harm, judge
from include.steps.lease import Held, lease_key, take
from include.steps.push.hold import held_back
from include.steps.red_black.create import create_pair, image_id
from include.steps.red_black.instance_starts import Of, note_healthy
from include.steps.red_black.ladder import not_yet, targets_of, until, until_launched


def launch_canary(push: Push, service: Service, look: Look, clusters: Clusters, traffic: Traffic, images: Images,
                  metrics: Metrics, leases: Leases, runs: Runs, archive: Archive) -> Canary | Wait:
    """Target groups at weight 0, both ASGs at 0, sized, healthy, and only then the weights, if they can carry them."""
    there = made_by(clusters.asgs(cluster_name(push.service, push.environment)), push.id, Role.CANARY)
    if not there and (waits := held_back(service, push.environment, look, leases)):
        return waits
    held = _take(push, service, look, clusters, leases, runs)
    if isinstance(held, Wait):
        return held
    clusters, traffic = held.guard(clusters), held.guard(traffic)
    where = place(push.environment, service, traffic)
    ami = "" if push.kind == PushKind.CALIBRATION else image_id(push, where.region, images)
    asgs = clusters.asgs(where.cluster)
    others = of_others(push.id, asgs, where)
    if others:
        return until(others, look, service)
    if not made_by(asgs, push.id, Role.CANARY):
        _must_suit(running(asgs, where.cluster, where.region), where, service)
    arns = enter(push.id, where, clusters, traffic)
    create_pair(push, service, look, where, arns, ami, clusters, held)
    pair = found(push.id, where.cluster, clusters)
    waits = _not_in_service(pair, service, look, clusters, traffic)
    if waits:
        _note_starts(push, where, pair, look, clusters, traffic, archive)
        return waits
    wanted = shares(where, arns, service.canary.share_percent)
    if traffic.weights() != wanted:
        reason = cannot_share(red(asgs, where.cluster), service, look, metrics)
        if reason:
            return until(reason, look, service, why=Why.CAPACITY)
        traffic.set_weights(wanted)
    _note_starts(push, where, pair, look, clusters, traffic, archive)
    return Canary(push.id, push.service, push.environment, where.region, push.commit, pair[CANARY].name,
                  pair[BASELINE].name, service.canary.size, service.canary.share_percent, look.now,
                  look.now + service.lasts(hours=service.canary.bake_hours),
                  running(asgs, where.cluster, where.region).name,
                  "+".join(f"{one.id}={one.zone}" for asg in pair.values() for one in asg.instances))


def bake(canary: Canary, service: Service, look: Look, clusters: Clusters, traffic: Traffic, metrics: Metrics,
         archive: Archive) -> Canary | Wait:
    """Wait while real traffic tells. A canary that falls over, or does overwhelming harm, is a no-go at once."""
    still_alive(canary, clusters, traffic)
    if look.now >= canary.bake_until:
        return canary
    since, next_look = began(canary, service), following_look(canary, service, look)
    if look.now <= since:
        return Wait(f"{canary.canary_asg} warms up until {since:%H:%M:%S} UTC", look.since, next_look,
                    canary.bake_until)
    harmed = harm(canary, service, since, look.now, metrics, archive)
    if harmed:
        raise NoGo(f"no-go: {harmed}")
    verdict, _ = judge(canary, service, since, look.now, metrics, archive)
    page = at_each_quarter(canary, service, look.now, metrics, archive)
    return Wait(f"bakes until {canary.bake_until:%H:%M:%S} UTC; so far {verdict.reason} {page}".rstrip(), look.since,
                next_look, canary.bake_until, verdict.score)


def following_look(canary: Canary, service: Service, look: Look) -> datetime:
    """When the bake is looked at next."""
    return min(look.now + service.lasts(minutes=service.canary.look_every_minutes), canary.bake_until)


def retire(push: Push, service: Service, look: Look, clusters: Clusters, traffic: Traffic, metrics: Metrics,
           leases: Leases, runs: Runs) -> Wait | None:
    """Weights back first, then drained, then the ASGs, then the target groups; by tags and names, after any death."""
    if not still_there(push, service, clusters, traffic):
        return None
    held = _take(push, service, look, clusters, leases, runs)
    if isinstance(held, Wait):
        return held
    clusters, traffic = held.guard(clusters), held.guard(traffic)
    where = place(push.environment, service, traffic)
    kept = weights_back(where, service, look, clusters, traffic, metrics)
    if kept:
        return until(kept, look, service, why=Why.CAPACITY)
    reason = leave(push.id, where, clusters, traffic)
    return until(reason, look, service) if reason else None


def _take(push: Push, service: Service, look: Look, clusters: Clusters, leases: Leases, runs: Runs) -> Held | Wait:
    asgs = clusters.asgs(cluster_name(push.service, push.environment))
    return take(lease_key(push.service, push.environment, service.canary.region), push.id, service, look, leases, runs,
                asgs, what=named_push(push), lasts=canary_lasts(push, service))


def _note_starts(push: Push, where: Place, pair: dict[str, Asg], look: Look, clusters: Clusters, traffic: Traffic,
                 archive: Archive) -> None:
    """Nothing waits for this: it comes after what does."""
    for asg in pair.values():
        of = Of(push.service, asg.tags.get(asg_tags.COMMIT, ""), where.region, push.id)
        note_healthy(of, asg, targets_of(asg, traffic), look, clusters, archive)


def _must_suit(main: Asg, where: Place, service: Service) -> None:
    """What would harm prod is refused while nothing is changed yet."""
    must_be_pushable(main, where.main, where.region)
    reason = too_much(service.canary.share_percent, service.canary.size, main.in_service)
    if reason:
        raise BadInput(f"canary.size: {reason} ({main.name} in {where.region})")


def _not_in_service(pair: dict[str, Asg], service: Service, look: Look, clusters: Clusters,
                    traffic: Traffic) -> Wait | None:
    """The baseline first: where it is in service and the canary is not, the new AMI is to blame."""
    for detail in (BASELINE, CANARY):
        asg = pair.get(detail)
        if asg is None:
            return until(f"the {detail}'s ASG is created; AWS does not show it yet", look, service)
        reason = not_yet(asg, service.canary.size, traffic)
        if reason is None:
            continue
        try:
            return until_launched(reason, asg, look, service, clusters)
        except GaveUp as gave_up:
            failure, _ = repeated_failure(clusters.activities(asg.name), look.since)
            if detail == BASELINE or failure:
                raise
            raise NoGo(f"no-go: the baseline is in service and the canary is not; {gave_up}") from gave_up
    return None


def still_alive(canary: Canary, clusters: Clusters, traffic: Traffic) -> None:
    """Both ASGs and their weights are there; of both, the canary alone may not have fallen over."""
    pair = found(canary.push_id, cluster_name(canary.service, canary.environment), clusters)
    reasons = {detail: not_yet(asg, canary.size, traffic) for detail, asg in pair.items()}
    if BASELINE not in pair:
        raise Inconclusive(f"inconclusive: {canary.baseline_asg} is gone, so there is nothing to compare with")
    fell = reasons[CANARY] if CANARY in pair else f"{canary.canary_asg} is gone"
    if fell and reasons[BASELINE]:
        raise Inconclusive(f"inconclusive: neither side is in service: {fell}; {reasons[BASELINE]}")
    if fell:
        raise NoGo(f"no-go: the canary fell over and its baseline did not: {fell}")
    weights = traffic.weights()
    if not all(weights.get(arn) for asg in pair.values() for arn in asg.target_groups):
        raise Inconclusive("inconclusive: canary and baseline do not both take traffic: "
                           "somebody moved the listener's weights")
