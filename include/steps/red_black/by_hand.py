"""Noticing a hand in the console before a step goes on: it stops the push, and what the person set stays."""

from include.domain import asg_tags
from include.domain.asg_tags import as_value
from include.domain.cluster import Asg
from include.domain.errors import ChangedByHand
from include.domain.looks import Look, Wait, Why
from include.domain.push import RegionPlan
from include.domain.red_black.by_hand import changed_in_baseline, changed_in_new, desired_moved, taken_out
from include.domain.service import Service
from include.ports import Clusters, Traffic
from include.steps.red_black.ladder import targets_of, until


def changed_by_hand(plan: RegionPlan, new: Asg, baseline: Asg | None, service: Service, look: Look, clusters: Clusters,
                    traffic: Traffic | None = None, *, new_scales: bool = False) -> Wait | None:
    """ChangedByHand where two looks saw the same change, a wait where one did. With `traffic` also the targets are
    looked at; the tag in which the first look is remembered is why one stale read stops nothing."""
    said = [(new, [*changed_in_new(new, plan, new_scales), *_taken_out(new, traffic)])]
    if baseline and not baseline.deleting:
        activities = clusters.activities(baseline.name) if desired_moved(baseline, plan) else []
        said.append((baseline, [*changed_in_baseline(baseline, plan, activities), *_taken_out(baseline, traffic)]))
    told = "; ".join(f"{asg.name}: {', '.join(changes)}" for asg, changes in said if changes)
    if any(changes and asg.tags.get(asg_tags.BY_HAND) == _value(changes) for asg, changes in said):
        raise ChangedByHand(f"somebody changed {plan.region} by hand ({told}): the push stops, and what was set stays")
    for asg, changes in said:
        if asg.tags.get(asg_tags.BY_HAND, "") != _value(changes):
            clusters.tag(asg.name, {asg_tags.BY_HAND: _value(changes) or None})
    if not told:
        return None
    return until(f"somebody seems to have changed {plan.region} by hand ({told}): looked at once more", look, service,
                 why=Why.HAND)


def _taken_out(asg: Asg, traffic: Traffic | None) -> list[str]:
    return taken_out(asg, targets_of(asg, traffic)) if traffic else []


def _value(changes: list[str]) -> str:
    return as_value(", ".join(changes))
