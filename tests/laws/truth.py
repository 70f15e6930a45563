"""Law 6, held against the world itself: how a push says that it ended is how the regions stand."""

from include.domain import asg_tags
from include.domain.push import PushEnd
from tests.world.actors import Pushing
from tests.world.ledger import PAIR, Violation, serving
from tests.world.region import Group, Region


def must_be_true(push: Pushing) -> None:
    """Success: every region runs the new AMI and nothing else. FailureClean: nothing of the push is left."""
    record, regions = push.record, push.stage.world.regions.values()
    if record.end == PushEnd.FAILURE_DIRTY:
        wrong = [] if record.reason else ["it does not say what is left"]
    elif record.end == PushEnd.SUCCESS:
        wrong = [what for region in regions for what in _not_complete(region, push.name)]
    else:
        wrong = [what for region in regions for what in _left(region, push.name)]
    if wrong:
        raise Violation(f"law 6: {push.name} says {record.end}, but {'; '.join(wrong)}")


def _not_complete(region: Region, push_id: str) -> list[str]:
    groups = [group for group in region.groups.values() if not group.deleting]
    wrong = [f"{group.name} of another push is there in {region.name}" for group in groups
             if group.tags.get(asg_tags.PUSH) != push_id and group.name in _serving(region)
             and group.tags.get(asg_tags.ROLE) not in PAIR]
    new = [group for group in groups if group.tags.get(asg_tags.PUSH) == push_id]
    wrong += [f"{region.name} does not run its ASG"] * (len(new) != 1)
    return wrong + [what for group in new for what in _held(group, region)] + _pair(region, push_id)


def _left(region: Region, push_id: str) -> list[str]:
    """What a push that changed nothing in the end may not leave: a pair, traffic on its ASG, or anything pinned."""
    new = [group.name for group in region.groups.values() if group.tags.get(asg_tags.PUSH) == push_id]
    wrong = [f"{name} serves in {region.name}" for name in new if name in _serving(region)]
    if new:
        wrong += [what for group in region.groups.values() if group.name not in new
                  and (group.name in _serving(region) or group.tags.get(asg_tags.DISABLED_BY) == push_id)
                  for what in _held(group, region)]
    return wrong + _pair(region, push_id)


def _held(group: Group, region: Region) -> list[str]:
    return [f"{group.name} in {region.name} still has {tag}" for tag in
            (asg_tags.SIZES, asg_tags.SUSPENDED, asg_tags.DISABLED_BY) if tag in group.tags and not group.deleting]


def _pair(region: Region, push_id: str) -> list[str]:
    mine = [group for group in region.groups.values()
            if group.tags.get(asg_tags.PUSH) == push_id and not group.deleting]
    return [f"{group.name} is left in {region.name}" for group in mine
            if group.tags.get(asg_tags.ROLE) in PAIR]


def _serving(region: Region) -> set[str]:
    return {group.name for there in serving(region).values() for i in there if (group := region.owner(i))}
