"""Waiting until an ASG is operational: one sentence for the first thing that is missing, and an early end for what
fails in the same way again and again."""

from collections.abc import Iterable
from datetime import timedelta

from include.domain.cluster import Asg, Target
from include.domain.errors import GaveUp
from include.domain.looks import Look, Wait, Why, pause, wait_or_give_up
from include.domain.red_black.operational import healthy_targets, why_not_operational
from include.domain.red_black.start_times import Limit
from include.domain.service import Service
from include.domain.standing import SAME_FAILURE, repeated_failure
from include.ports import Clusters, Traffic

FIRST_LOOK_MINUTES = 5 / 60


def not_yet(asg: Asg, wanted: int, traffic: Traffic, target_groups: Iterable[str] | None = None) -> str | None:
    """Why the ASG is not operational with `wanted` instances in all its target groups (or in those given)."""
    return why_not_operational(asg, targets_of(asg, traffic, target_groups), wanted)


def targets_of(asg: Asg, traffic: Traffic, target_groups: Iterable[str] | None = None) -> dict[str, list[Target]]:
    """The targets of each target group of the ASG (or of those given)."""
    arns = asg.target_groups if target_groups is None else target_groups
    return {arn: traffic.targets(arn) for arn in arns}


def healthy(asg: Asg, traffic: Traffic) -> int:
    """Instances that are in service and healthy in every target group of the ASG."""
    return min((healthy_targets(asg, targets) for targets in targets_of(asg, traffic).values()), default=asg.in_service)


def until(reason: str, look: Look, service: Service, besides: timedelta = timedelta(),
          within: Limit | None = None, why: Why = Why.WORK) -> Wait:
    """A wait of red/black: looks often at first and then less so, and gives up after the service's limit, or the one
    `within` that was measured, and what it lasts besides."""
    settings = service.red_black
    look_every = pause(look, least=service.lasts(minutes=FIRST_LOOK_MINUTES),
                       most=service.lasts(minutes=settings.look_every_minutes))
    within = within or Limit(service.lasts(minutes=settings.limit_minutes), "")
    return wait_or_give_up(reason, look, look_every=look_every, limit=within.lasts + besides, made_of=within.why,
                           why=why)


def until_launched(reason: str, asg: Asg, look: Look, service: Service, clusters: Clusters,
                   within: Limit | None = None) -> Wait:
    """The same, with Auto Scaling's own failure message, word for word; the same one three times ends the wait."""
    message, times = repeated_failure(clusters.activities(asg.name), look.since)
    if times >= SAME_FAILURE:
        raise GaveUp(f"gave up: {reason}; Auto Scaling failed {times} times: {message}")
    return until(f"{reason}; Auto Scaling failed: {message}" if message else reason, look, service, within=within)
