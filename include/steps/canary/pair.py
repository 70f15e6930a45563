"""Canary and baseline as a pair: target groups, weights and ASGs, found again by tags and names after any death."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan

from include.domain import asg_tags
from include.domain.asg_names import BASELINE, CANARY, cluster_name, members
from include.domain.asg_tags import Role
from include.domain.cluster import Asg
from include.domain.errors import BadInput, Final, Refused
from include.domain.looks import Look
from include.domain.push import Push
from include.domain.red_black.capacity import can_carry
from include.domain.red_black.operational import short_name
from include.domain.red_black.sizes import recorded_sizes
from include.domain.service import Service
from include.domain.standing import made_by, red
from include.ports import Clusters, Metrics, Traffic
from include.steps.red_black.carrying import rate_or_nan
from include.steps.red_black.ladder import healthy, not_yet
from include.steps.red_black.live import measured_rps

ROLES = {CANARY: Role.CANARY, BASELINE: Role.BASELINE}
WHOLE = 100


@dataclass(frozen=True)
class Place:
    """Where a canary runs: cluster, region, and the ARN of the target group that serves prod."""

    cluster: str
    region: str
    main: str


def place(environment: str, service: Service, traffic: Traffic) -> Place:
    """Where this service's canary runs; BadInput where its target group is not there."""
    region = service.canary.region
    name = service.region(environment, region).target_group
    main = traffic.target_group(name)
    if main is None:
        raise BadInput(f"environments.{environment}: there is no target group {name} in {region}")
    return Place(cluster_name(service.service, environment), region, main)


def found(push_id: str, cluster: str, clusters: Clusters) -> dict[str, Asg]:
    """The push's ASGs that are there, by `canary` and `baseline`."""
    asgs = clusters.asgs(cluster)
    pair = {detail: made_by(asgs, push_id, role) for detail, role in ROLES.items()}
    return {detail: asg for detail, asg in pair.items() if asg}


def of_others(push_id: str, asgs: Sequence[Asg], where: Place) -> str | None:
    """Another push's pair: a reason to wait while it is being deleted; Refused where it stays."""
    for asg in _all(asgs, where.cluster):
        owner = asg.tags.get(asg_tags.PUSH)
        if asg.deleting:
            return f"{asg.name} is still being deleted"
        if owner != push_id:
            raise Refused(f"{asg.name} of {owner or 'somebody else'} is still there in {where.region}: retire it first")
    return None


def enter(push_id: str, where: Place, clusters: Clusters, traffic: Traffic) -> dict[str, str]:
    """Both target groups, in the listener at weight 0: one that no listener uses is never health-checked.

    Left over from an older push, they are used again; a weight that is left over with them is taken back.
    """
    weights = traffic.weights()
    foreign = [short_name(arn) for arn in weights if arn not in {where.main, *_arns(where, traffic)}]
    if foreign:
        raise Refused(f"the listener of {where.cluster} in {where.region} also forwards to {', '.join(foreign)}")
    arns = {detail: traffic.add_target_group(name, where.main) for detail, name in _names(where.cluster).items()}
    left_over = any(weights.get(arn) for arn in arns.values()) and not found(push_id, where.cluster, clusters)
    if left_over or not all(arn in weights for arn in arns.values()):
        traffic.set_weights({where.main: WHOLE, **dict.fromkeys(arns.values(), 0)})
    return arns


def cannot_share(main: Sequence[Asg], service: Service, look: Look, metrics: Metrics) -> str | None:
    """Why canary and baseline, both in service, cannot carry their share of what `main` carries now, where it is known
    what that is."""
    settings, each = service.canary, service.red_black.instance_rps
    rate = rate_or_nan([asg.name for asg in main], [], look, service, metrics)
    reason = can_carry(settings.size, rate * settings.share_percent / WHOLE, each) if each and isfinite(rate) else None
    return f"canary and baseline get no share yet: {reason}" if reason else None


def shares(where: Place, arns: Mapping[str, str], share_percent: int) -> dict[str, int]:
    """The same share for each of the two, the rest for the main target group."""
    return {where.main: WHOLE - share_percent * len(arns), **dict.fromkeys(arns.values(), share_percent)}


def still_there(push: Push, service: Service, clusters: Clusters, traffic: Traffic) -> bool:
    """Something of the push's pair is left: ASGs, or target groups that no other push uses."""
    cluster = cluster_name(push.service, push.environment)
    pair = _all(clusters.asgs(cluster), cluster)
    mine = [asg for asg in pair if asg.tags.get(asg_tags.PUSH) == push.id]
    groups = [name for name in _names(cluster).values() if traffic.target_group(name)]
    return bool(mine or (groups and not pair))


def weights_back(where: Place, service: Service, look: Look, clusters: Clusters, traffic: Traffic,
                 metrics: Metrics) -> str | None:
    """All traffic to the main target group, if what serves there can carry it; why not yet, or None."""
    weights, arns = traffic.weights(), _arns(where, traffic)
    if not any(weights.get(arn) for arn in arns):
        return None
    carry = any(target.state == "healthy" for arn in arns for target in traffic.targets(arn))
    reason = _main_cannot_carry(where, service, look, clusters, traffic, metrics) if carry else None
    if reason:
        return f"canary and baseline keep their share: {reason}"
    traffic.set_weights({where.main: WHOLE, **{arn: 0 for arn in arns if arn in weights}})
    return None


def leave(push_id: str, where: Place, clusters: Clusters, traffic: Traffic) -> str | None:
    """Drain the pair, delete its ASGs, then its target groups; what is waited for, or None."""
    arns = _arns(where, traffic)
    for arn in arns:
        taken = [target.instance for target in traffic.targets(arn) if target.state != "draining"]
        if taken:
            traffic.deregister(arn, taken)
    draining = sum(target.state != "unused" for arn in arns for target in traffic.targets(arn))
    pair = _all(clusters.asgs(where.cluster), where.cluster)
    if draining and any(not asg.deleting for asg in pair):
        return f"{draining} instances of canary and baseline drain (at most {traffic.drain_seconds(arns[0])} s)"
    for asg in pair:
        if not asg.deleting and asg.tags.get(asg_tags.PUSH) == push_id:
            clusters.delete(asg.name)
    if pair or draining:
        return f"{' and '.join(asg.name for asg in pair) or 'canary and baseline'} are being deleted"
    if set(traffic.weights()) & set(arns):
        traffic.set_weights({where.main: WHOLE})
    for arn in arns:
        traffic.remove_target_group(arn)
    return None


def _all(asgs: Sequence[Asg], cluster: str) -> list[Asg]:
    return [asg for detail in ROLES for asg in members(asgs, cluster, detail)]


def _names(cluster: str) -> dict[str, str]:
    return {detail: f"{cluster}-{detail}" for detail in ROLES}


def _arns(where: Place, traffic: Traffic) -> list[str]:
    return [arn for name in _names(where.cluster).values() if (arn := traffic.target_group(name))]


def _main_cannot_carry(where: Place, service: Service, look: Look, clusters: Clusters, traffic: Traffic,
                       metrics: Metrics) -> str | None:
    """Law 1, by rate where what an instance carries is declared. What it is only seen to carry, beside a canary that
    takes a share, is less than it can: then as where the rate is not known, one ASG there must be whole."""
    asgs = clusters.asgs(where.cluster)
    serving = red(asgs, where.cluster)
    each = service.red_black.instance_rps
    rate = _rate([asg.name for asg in (*serving, *_all(asgs, where.cluster))], service, look, metrics)
    if each and isfinite(rate):
        return can_carry(sum(healthy(asg, traffic) for asg in serving), rate, each)
    reasons = [not_yet(asg, max(1, (recorded_sizes(asg) or asg).desired), traffic) for asg in serving]
    if None in reasons:
        return None
    return reasons[0] if reasons else f"no ASG of {where.cluster} serves the main target group"


def _rate(asgs: Sequence[str], service: Service, look: Look, metrics: Metrics) -> float:
    """NaN where the metric store cannot say; a passing fault of it is no reason to go by a count, and tried again."""
    try:
        return measured_rps(asgs, look, service, metrics)
    except Final:
        return nan
