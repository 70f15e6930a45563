"""Which ASG takes the traffic back when a push is undone in a region, read from the ASGs and their tags."""

from collections.abc import Sequence
from dataclasses import dataclass

from include.domain import asg_tags
from include.domain.asg_names import members
from include.domain.asg_tags import Role
from include.domain.cluster import Asg
from include.domain.errors import NothingToUndo, Refused
from include.domain.standing import End, baseline_of, is_black, is_disabled, made_by, named, red, stands


@dataclass(frozen=True)
class Undo:
    """`new` is what the push made, None where somebody deleted it; `baseline` takes the traffic back, None where it is
    gone and the AMI that it ran is to be launched again. One of them is there."""

    new: Asg | None
    baseline: Asg | None


def to_undo(asgs: Sequence[Asg], cluster: str, push_id: str, region: str, *, also_complete: bool = False) -> Undo:
    """What undoing the push is about in the region; NothingToUndo where it made nothing, or is complete there and that
    is not to be undone; Refused where other ASGs take traffic too."""
    new = made_by(asgs, push_id, Role.NEW)
    if new is None:
        return Undo(None, _left_alone(asgs, cluster, push_id, region))
    if not also_complete and stands(asgs, cluster, push_id, region).end == End.COMPLETE:
        raise NothingToUndo(f"{region} runs {new.name} and its baseline is deleted: the push is complete there")
    baseline = made_by(asgs, push_id, Role.RESTORED) or _replaced(asgs, cluster, new, region)
    _must_be_all(new, baseline, red(asgs, cluster), region)
    if baseline is None and not new.tags.get(asg_tags.REPLACES_AMI):
        raise NothingToUndo(f"{region} runs {new.name}, its baseline is deleted, and no tag says what that ran: push "
                            "the older AMI")
    return Undo(new, baseline)


def newest_push(asgs: Sequence[Asg], cluster: str, region: str) -> str:
    """The newest push that made an ASG of the cluster; NothingToUndo where there is none, or where it is undone: to go
    back once more, a person must name the push before."""
    made = [asg for asg in members(asgs, cluster)
            if asg.tags.get(asg_tags.ROLE) == Role.NEW and asg.tags.get(asg_tags.PUSH) and not asg.deleting]
    if not made:
        raise NothingToUndo(f"no push left {cluster} anything to go back to in {region}")
    push_id = made[-1].tags[asg_tags.PUSH]
    found = stands(asgs, cluster, push_id, region)
    if found.end == End.UNDONE:
        before = made[-2].tags[asg_tags.PUSH] if len(made) > 1 else "the push before"
        raise NothingToUndo(f"{push_id} is undone in {region} already: {found.what}; name {before} to go further back")
    return push_id


def _left_alone(asgs: Sequence[Asg], cluster: str, push_id: str, region: str) -> Asg:
    """What the push took the traffic off, where its new ASG is gone."""
    for asg in members(asgs, cluster):
        if asg.tags.get(asg_tags.DISABLED_BY) == push_id and not asg.deleting:
            return asg
    restored = made_by(asgs, push_id, Role.RESTORED)
    if restored:
        return restored
    raise NothingToUndo(f"{push_id} changed nothing of {cluster} in {region}")


def _replaced(asgs: Sequence[Asg], cluster: str, new: Asg, region: str) -> Asg | None:
    """The one that its tag names, while it is there; without the tag, the only other one that takes traffic."""
    name = new.tags.get(asg_tags.REPLACES)
    if name:
        found = named(asgs, name)
        return None if found is None or found.deleting else found
    push_id = new.tags[asg_tags.PUSH]
    others = [asg for asg in asgs if asg is not new]
    if not red(others, cluster) and not any(asg.tags.get(asg_tags.DISABLED_BY) == push_id for asg in others):
        return None
    return baseline_of(asgs, cluster, push_id, region)


def _must_be_all(new: Asg, baseline: Asg | None, serving: Sequence[Asg], region: str) -> None:
    """What another push launched meanwhile is not touched."""
    others = [asg.name for asg in serving if asg.name != new.name and (baseline is None or asg.name != baseline.name)]
    if not others:
        return
    if is_black(new) and (baseline is None or is_disabled(baseline)):
        raise NothingToUndo(f"{new.name} was rolled back before, and {others[-1]} takes the traffic of {region}")
    raise Refused(f"{' and '.join(others)} also takes traffic in {region}: roll back the push that made it first")
