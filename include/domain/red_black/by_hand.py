"""What a person changed in the console while a push was on: told from what we wrote, and from what AWS does by itself.

Sizes that we write are announced in a tag first, so the actual ones are among those. What is compared comes from one
read: a stale one is as old in its tags as in its sizes. Bounds that a scheduled action moves count as a hand.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from include.domain import asg_tags
from include.domain.cluster import Activity, Asg, Target
from include.domain.push import RegionPlan
from include.domain.red_black.operational import short_name
from include.domain.red_black.processes import joined, split, suspended_by_others, suspended_by_us
from include.domain.red_black.sizes import Sizes, recorded_sizes, sizes_of
from include.domain.standing import is_black, is_disabled

KEPT = 8    # of the sizes that we wrote: they fit into a tag
DESIRED = re.compile(r"a user request .*changing the desired capacity from \d+ to (\d+)", re.DOTALL)
ANY = re.compile(r"changing the desired capacity from \d+ to (\d+)")


def written(asg: Asg) -> tuple[Sizes, ...]:
    """Sizes that we wrote, or were about to write; what was before them is the first."""
    return tuple(Sizes(*map(int, sizes.split("/"))) for sizes in split(asg.tags.get(asg_tags.WROTE)))


def announced(asg: Asg, intended: Sizes) -> str:
    """What the tag must say before these sizes are written."""
    all_of_them = list(dict.fromkeys((*written(asg), sizes_of(asg), intended)))
    return joined(map(str, all_of_them[-KEPT:]))


def left_by_hand(asg: Asg) -> str:
    """Why its sizes are left as they are: a person set them. Empty where they are ours."""
    known, now = written(asg), sizes_of(asg)
    if not known or now in known:
        return ""
    if asg_tags.BY_HAND in asg.tags or not _bounds_are(known, now):
        return f"{asg.name} stays at {now} (min/max/desired), as a person set it"
    return ""


def changed_in_new(new: Asg, plan: RegionPlan, scales: bool) -> list[str]:
    """Of the new ASG, while it is pinned. `scales`: it may have its scaling policies by now."""
    if recorded_sizes(new) is None:
        return []
    return [*_sizes(new, written(new), scales, ()), *_processes(new, ""), *_target_groups(new, plan)]


def changed_in_baseline(baseline: Asg, plan: RegionPlan, activities: Sequence[Activity]) -> list[str]:
    """Of the baseline. `activities` are needed where `desired_moved`: its own scaling policies may have done that until
    it was disabled; then its sizes were written down."""
    scales = asg_tags.DISABLED_AT not in baseline.tags
    return [*_sizes(baseline, _known(baseline, plan), scales, activities),
            *_processes(baseline, plan.baseline_suspended), *_target_groups(baseline, plan)]


def desired_moved(baseline: Asg, plan: RegionPlan) -> bool:
    """Something moved its desired size: its scaling activities say what."""
    return baseline.desired not in {sizes.desired for sizes in _known(baseline, plan)}


def taken_out(asg: Asg, targets: Mapping[str, Sequence[Target]]) -> list[str]:
    """Instances in service that take no traffic from a target group of their ASG, though nobody disabled it."""
    if is_disabled(asg) or "AddToLoadBalancer" in asg.suspended:
        return []
    return [said for arn in targets if (said := _missing(asg, arn, targets[arn]))]


def _known(baseline: Asg, plan: RegionPlan) -> tuple[Sizes, ...]:
    before = recorded_sizes(baseline) or Sizes(plan.baseline_min, plan.baseline_max, plan.baseline_desired)
    return written(baseline) or (before,)


def _sizes(asg: Asg, known: tuple[Sizes, ...], scales: bool, activities: Iterable[Activity]) -> list[str]:
    now = sizes_of(asg)
    if not known or now in known:
        return []
    if _bounds_are(known, now) and scales and not _asked_for(now.desired, activities):
        return []
    ours = known[-1]
    fields = [("minimum", ours.minimum, now.minimum), ("maximum", ours.maximum, now.maximum),
              ("desired", ours.desired, now.desired)]
    return [f"{name} from {was} to {became}" for name, was, became in fields if was != became]


def _bounds_are(known: Iterable[Sizes], now: Sizes) -> bool:
    return (now.minimum, now.maximum) in {(sizes.minimum, sizes.maximum) for sizes in known}


def _asked_for(desired: int, activities: Iterable[Activity]) -> bool:
    """The newest activity that names this desired size says that a person asked for it."""
    causes = (activity.cause for activity in activities)
    newest = next((cause for cause in causes if (said := ANY.search(cause)) and int(said[1]) == desired), "")
    return bool(DESIRED.search(newest))


def _processes(asg: Asg, before: str) -> list[str]:
    others, expected = set(suspended_by_others(asg)), set(split(before))
    resumed = expected - asg.suspended
    if is_black(asg):
        resumed |= set(suspended_by_us(asg)) - asg.suspended
    said = [("suspended", others - expected), ("resumed", resumed)]
    return [f"{verb} {', '.join(sorted(processes))}" for verb, processes in said if processes]


def _target_groups(asg: Asg, plan: RegionPlan) -> list[str]:
    now, expected = {short_name(arn) for arn in asg.target_groups}, set(split(plan.baseline_target_groups))
    said = [("attached to", now - expected), ("detached from", expected - now)]
    return [f"{verb} {', '.join(sorted(names))}" for verb, names in said if names]


def _missing(asg: Asg, arn: str, targets: Sequence[Target]) -> str:
    taking = {target.instance for target in targets if target.state not in {"draining", "unused"}}
    out = [instance.id for instance in asg.instances if instance.in_service and instance.id not in taking]
    if not out:
        return ""
    return f"{out[0]}{f' and {len(out) - 1} more' if len(out) > 1 else ''} taken out of {short_name(arn)}"
