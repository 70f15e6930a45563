"""How a cluster stands, read from its ASGs and their tags: who takes traffic, what a push made, what it left behind."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from include.domain import asg_tags
from include.domain.asg_names import members
from include.domain.asg_tags import Colour, Role
from include.domain.cluster import Activity, Asg
from include.domain.errors import BadInput, Refused
from include.domain.red_black.operational import short_name

SAME_FAILURE = 3    # so many times the same message of Auto Scaling, at different times, ends a wait


def named(asgs: Iterable[Asg], name: str) -> Asg | None:
    """The ASG with this name; one that is being deleted counts as there."""
    return next((asg for asg in asgs if asg.name == name), None)


def made_by(asgs: Iterable[Asg], push_id: str, role: str) -> Asg | None:
    """What a push created in this role and is not being deleted."""
    return next((asg for asg in asgs if asg.tags.get(asg_tags.PUSH) == push_id
                 and asg.tags.get(asg_tags.ROLE) == role and not asg.deleting), None)


def is_black(asg: Asg) -> bool:
    """Kept without traffic."""
    return asg.tags.get(asg_tags.COLOUR) == Colour.BLACK


def is_disabled(asg: Asg) -> bool:
    """Something of it was taken away by a push or a rollback, if only in part."""
    return asg_tags.DISABLED_BY in asg.tags or asg_tags.SUSPENDED in asg.tags


def red(asgs: Iterable[Asg], cluster: str) -> list[Asg]:
    """ASGs that take the cluster's traffic, the oldest first: no canary, no black one, none that is empty for good."""
    return [asg for asg in members(asgs, cluster)
            if not asg.deleting and not is_black(asg) and (asg.desired or asg.instances)]


def running(asgs: Sequence[Asg], cluster: str, region: str) -> Asg:
    """The one ASG that takes the traffic of the cluster; Refused where there is none, or more than one."""
    found = red(asgs, cluster)
    if len(found) == 1:
        return found[0]
    if not found:
        raise Refused(f"{cluster} has no ASG that takes traffic in {region}: there is nothing to push beside")
    names = ", ".join(asg.name for asg in found)
    raise Refused(f"{len(found)} ASGs of {cluster} take traffic in {region} ({names}): roll one of them back first")


def must_be_pushable(asg: Asg, target_group: str, region: str) -> None:
    """BadInput for a running ASG whose AMI or whose traffic could not be moved."""
    if not asg.template:
        raise BadInput(f"{asg.name} in {region} has a launch configuration: give it a launch template to push it")
    if target_group not in asg.target_groups:
        raise BadInput(f"{asg.name} is not attached to {short_name(target_group)}, "
                       f"the declared target group in {region}")


def baseline_of(asgs: Sequence[Asg], cluster: str, push_id: str, region: str) -> Asg:
    """The ASG that a push replaces: the one that it disabled, or the only other one that takes traffic."""
    others = [asg for asg in members(asgs, cluster) if asg.tags.get(asg_tags.PUSH) != push_id and not asg.deleting]
    disabled = [asg for asg in others if asg.tags.get(asg_tags.DISABLED_BY) == push_id]
    return disabled[0] if disabled else running(others, cluster, region)


def repeated_failure(activities: Iterable[Activity], since: datetime) -> tuple[str, int]:
    """The newest failure's message, word for word, and at how many different times it came; ("", 0) without one."""
    failed = [activity for activity in activities if activity.status == "Failed" and activity.started_at >= since]
    if not failed:
        return "", 0
    newest = max(failed, key=lambda activity: activity.started_at).message
    return newest, len({int(a.started_at.timestamp()) for a in failed if a.message == newest})


class End(StrEnum):
    """How one region stands after a push."""

    UNTOUCHED = "untouched"
    UNDONE = "undone"
    COMPLETE = "complete"
    LEFT = "left"


@dataclass(frozen=True)
class Standing:
    """`what` is the sentence for a person; empty where there is nothing to say."""

    end: End
    what: str = ""


def stands(asgs: Sequence[Asg], cluster: str, push_id: str, region: str) -> Standing:
    """What a push left in one region, from the tags alone."""
    orphans = [asg.name for role in (Role.CANARY, Role.BASELINE) if (asg := made_by(asgs, push_id, role))]
    if orphans:
        return Standing(End.LEFT, f"{' and '.join(orphans)} are left in {region}: run the push's retire again")
    new = made_by(asgs, push_id, Role.NEW)
    others = [asg for asg in members(asgs, cluster) if not asg.deleting and asg is not new]
    disabled = [asg.name for asg in others if asg.tags.get(asg_tags.DISABLED_BY) == push_id]
    if disabled:
        return Standing(End.LEFT, f"{disabled[0]} is disabled in {region}: roll back {push_id} there")
    restored = made_by(asgs, push_id, Role.RESTORED)
    if restored and asg_tags.SIZES in restored.tags:
        return Standing(End.LEFT, f"{restored.name} is to take the traffic of {region}, and is not done: "
                                  f"roll back {push_id} there")
    if new is None:
        return Standing(End.UNTOUCHED)
    return _with_new(new, [asg for asg in red(others, cluster)], push_id, region)


def _with_new(new: Asg, others: list[Asg], push_id: str, region: str) -> Standing:
    pinned = [asg.name for asg in (*others, *(() if is_black(new) else (new,))) if asg_tags.SIZES in asg.tags]
    if is_black(new):
        if others and not pinned:
            return Standing(End.UNDONE, f"{others[-1].name} takes the traffic of {region}")
        return Standing(End.LEFT, f"{new.name} is disabled in {region}, and its baseline is not back: "
                                  f"roll back {push_id} there")
    if others:
        return Standing(End.LEFT, f"{new.name} and {others[-1].name} are both left in {region}: "
                                  f"roll back {push_id} there")
    if pinned:
        return Standing(End.LEFT, f"{new.name} is pinned in {region}: run delete_baseline there again")
    return Standing(End.COMPLETE, f"{region} runs {new.name}")
