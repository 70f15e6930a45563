"""What pushes that died left behind in a region, and what would be done about each. Only decides, and only where nobody
holds the region's lease: a push that lives holds it, so all of this would be its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from include.domain import asg_tags
from include.domain.asg_names import BASELINE, CANARY
from include.domain.asg_tags import Role
from include.domain.cluster import Asg
from include.domain.left_over import Finding, Leftovers, Mend, Seen
from include.domain.red_black.operational import short_name
from include.domain.standing import is_black, is_disabled, made_by, named, red

ORDER = list(Mend)


def leftovers(seen: Seen, owner: str = "") -> Leftovers:
    """The same in sentences, for people; a region that another holds is left alone."""
    held = seen.held_by_another(owner)
    if held:
        return Leftovers(seen.region, 0, held, held)
    found = findings(seen)
    told = "; ".join(map(str, found)) or "nothing"
    return Leftovers(seen.region, len(found), f"{seen.region}: left over: {told}")


def findings(seen: Seen) -> list[Finding]:
    """All that is left over, in the order in which it would be mended."""
    push, explained = _of_the_newest_push(seen)
    alone = [asg for asg in seen.members() if asg.name not in explained]
    found = [*push, *(finding for asg in alone for finding in _of_one(seen, asg)), *_too_many_red(seen, push),
             *_pairs(seen), *_weights(seen), *_lease(seen)]
    return sorted(found, key=lambda finding: ORDER.index(finding.mend))


def _of_the_newest_push(seen: Seen) -> tuple[list[Finding], set[str]]:
    """What the newest push left half way, and the ASGs that this explains. Older ones ended: it could begin."""
    mine = [asg for asg in seen.members() if asg.tags.get(asg_tags.ROLE) == Role.NEW and asg.tags.get(asg_tags.PUSH)]
    new = mine[-1] if mine else None
    baseline = _replaced_by(new, seen.members()) if new else None
    if new is None or baseline is None:
        return [], set()
    push = new.tags[asg_tags.PUSH]
    if asg_tags.SIZES not in new.tags and not _is_off(new) and baseline.tags.get(asg_tags.ROLE) != Role.RESTORED:
        by_push = is_black(baseline) and baseline.tags.get(asg_tags.DISABLED_BY) == push
        if not by_push or seen.has_traffic(baseline):
            return [], set()
        what = f"{baseline.name} is kept though {new.name} was watched and un-pinned"
        return [Finding(Mend.DELETE, what, push, _since(baseline), baseline.name)], {baseline.name}
    if _is_undone(seen, new, baseline):
        return [], set()
    what = f"{new.name} and {baseline.name} stand in the middle of a push"
    return [Finding(Mend.ROLL_BACK, what, push, _since(new), push)], {new.name, baseline.name}


def _replaced_by(new: Asg, asgs: list[Asg]) -> Asg | None:
    """What a rollback launched in its place; else by name; or, where an older version of Serin did not write it down,
    the one that its push disabled."""
    restored = made_by(asgs, new.tags[asg_tags.PUSH], Role.RESTORED)
    if restored:
        return restored
    by_name = named(asgs, new.tags.get(asg_tags.REPLACES, ""))
    others = [asg for asg in asgs if asg is not new and asg.tags.get(asg_tags.DISABLED_BY) == new.tags[asg_tags.PUSH]]
    return by_name or (others[0] if others else None)


def _is_undone(seen: Seen, new: Asg, baseline: Asg) -> bool:
    """Its rollback went all the way: the new one is out, the baseline as it was."""
    out = is_black(new) and not seen.has_traffic(new)
    return out and not _is_off(baseline) and asg_tags.SIZES not in baseline.tags


def _is_off(asg: Asg) -> bool:
    return is_black(asg) or is_disabled(asg)


def _of_one(seen: Seen, asg: Asg) -> Iterator[Finding]:
    """What its own tags say, where no push explains them."""
    who, since = asg.tags.get(asg_tags.DISABLED_BY) or asg.tags.get(asg_tags.PUSH, ""), _since(asg)
    if not _is_off(asg):
        if asg_tags.SIZES in asg.tags:
            sizes = f"{asg.name} is pinned, with {asg.tags[asg_tags.SIZES]} to be put back"
            yield Finding(Mend.UN_PIN, sizes, who, since, asg.name)
        return
    if not [other for other in red(seen.asgs, seen.cluster) if other is not asg]:
        if asg is _best(seen.members()):
            what = f"{asg.name} is disabled, and nothing else takes the traffic of {seen.cluster}"
            yield Finding(Mend.PUT_BACK, what, who, since, asg.name)
    elif not is_black(asg) or seen.has_traffic(asg):
        yield Finding(Mend.TAKE_OFF, f"{asg.name} is disabled only in part", who, since, asg.name)
    else:
        yield from _kept_too_long(seen, asg, who)


def _best(asgs: list[Asg]) -> Asg:
    """Which one to put back: the newest that has instances, else the newest."""
    return ([asg for asg in asgs if asg.in_service] or asgs)[-1]


def _kept_too_long(seen: Seen, asg: Asg, who: str) -> Iterator[Finding]:
    expires = _moment(asg.tags.get(asg_tags.EXPIRES_AT))
    if expires is None:
        yield Finding(Mend.PERSON, f"{asg.name} is black, and nothing says until when it is kept", who, _since(asg),
                      "delete it, or roll back to it")
    elif expires <= seen.now:
        yield Finding(Mend.DELETE, f"{asg.name} is black, and was kept until {expires:%Y-%m-%d %H:%M} UTC", who,
                      _since(asg), asg.name)


def _too_many_red(seen: Seen, push: list[Finding]) -> Iterator[Finding]:
    """A push stands between two; without one there is one."""
    found = [asg.name for asg in red(seen.asgs, seen.cluster) if not is_disabled(asg)]
    between = any(finding.mend == Mend.ROLL_BACK for finding in push)
    if len(found) > 1 + between:
        yield Finding(Mend.PERSON, f"{' and '.join(found)} all take traffic", thing="take all but one of them away")


def _pairs(seen: Seen) -> Iterator[Finding]:
    """Canaries and baselines, and their target groups where no ASG is left."""
    pair = seen.members(CANARY) + seen.members(BASELINE)
    weight = sum(seen.weights.get(arn, 0) for arn in seen.pair_groups)
    takes = f", with {weight} of {sum(seen.weights.values())} parts of the traffic" if weight else ""
    by_push: dict[str, list[Asg]] = defaultdict(list)
    for asg in pair:
        by_push[asg.tags.get(asg_tags.PUSH, "")].append(asg)
    for push, asgs in by_push.items():
        what, since = f"{_names(asgs)} left over{takes}", min(asg.created_at for asg in asgs)
        if push:
            yield Finding(Mend.RETIRE, what, push, since, push)
        else:
            yield Finding(Mend.PERSON, what, since=since, thing="delete what no push made")
    if seen.pair_groups and not pair:
        names = ", ".join(short_name(arn) for arn in seen.pair_groups)
        yield Finding(Mend.RETIRE, f"of a canary that is gone there is {names}{takes}")


def _weights(seen: Seen) -> Iterator[Finding]:
    for arn, weight in seen.weights.items():
        if arn not in (seen.main, *seen.pair_groups):
            yield Finding(Mend.PERSON, f"the listener also forwards to {short_name(arn)}, with weight {weight}",
                          thing="take it out of the listener, or move it to a rule of its own")
        if weight and not any(target.state == "healthy" for target in seen.targets[arn]):
            yield Finding(Mend.PERSON, f"the listener gives {short_name(arn)} weight {weight}, and no target there is "
                                       "healthy", thing="see why, if nothing above explains it")


def _lease(seen: Seen) -> Iterator[Finding]:
    if seen.lease and seen.is_left_behind:
        yield Finding(Mend.RELEASE, f"the lease of {seen.lease.key} was never given back", seen.lease.owner,
                      seen.lease.expires_at)


def _names(asgs: Iterable[Asg]) -> str:
    names = [asg.name for asg in asgs]
    return f"{' and '.join(names)} {'are' if len(names) > 1 else 'is'}"


def _since(asg: Asg) -> datetime:
    return _moment(asg.tags.get(asg_tags.DISABLED_AT)) or asg.created_at


def _moment(text: str | None) -> datetime | None:
    """What a tag says; None where nobody can read it."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
