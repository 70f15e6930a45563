"""Law 1 as a rollback asks it: the region's traffic at this moment, and what one instance was known to carry."""

from collections.abc import Sequence
from math import nan

from include.domain import asg_tags
from include.domain.asg_tags import Role
from include.domain.cluster import Asg
from include.domain.errors import SerinError
from include.domain.looks import Look
from include.domain.red_black.capacity import TakesBack, after_un_pinning, to_take_back
from include.domain.red_black.sizes import recorded_sizes, sizes_of
from include.domain.service import Service
from include.domain.standing import is_disabled
from include.domain.undoing import Undo
from include.ports import Metrics, Traffic
from include.steps.red_black.disable import is_out
from include.steps.red_black.ladder import healthy
from include.steps.red_black.live import measured_rps


def takes_back(undo: Undo, service: Service, look: Look, traffic: Traffic, metrics: Metrics) -> TakesBack:
    """How many healthy instances must take the traffic back before the new ASG loses it."""
    new, shape = undo.new, undo.baseline or undo.new
    before = recorded_sizes(shape) or sizes_of(shape)
    if new is None:
        return TakesBack(max(1, before.desired))
    rate = rate_or_nan(*_taking(undo, traffic), look, service, metrics)
    return to_take_back(before.desired, before.maximum, healthy(new, traffic), rate, known_rps([new], service))


def size_after(baseline: Asg, new: Asg | None, service: Service, look: Look, metrics: Metrics) -> int:
    """The desired size of the ASG that took the traffic back, once it is un-pinned."""
    before = recorded_sizes(baseline) or sizes_of(baseline)
    if baseline.desired <= before.desired:
        return baseline.desired
    rate = rate_or_nan([baseline.name], [new.name] if new else [], look, service, metrics)
    each = known_rps([baseline, *([new] if new else [])], service)
    return after_un_pinning(baseline.desired, before.desired, rate, each)


def known_rps(asgs: Sequence[Asg], service: Service) -> float:
    """Requests/s that one instance carries: declared, or as the first of these ASGs that has it in its tags says; 0
    where nobody knows."""
    known = (float(asg.tags[asg_tags.INSTANCE_RPS]) for asg in asgs if asg_tags.INSTANCE_RPS in asg.tags)
    return service.red_black.instance_rps or next(known, 0.0)


def rate_or_nan(asgs: Sequence[str], besides: Sequence[str], look: Look, service: Service, metrics: Metrics) -> float:
    """The rate of requests at this moment. A metric store that does not answer holds no rollback up: then NaN."""
    try:
        return measured_rps(asgs, look, service, metrics, besides)
    except SerinError:
        return nan


def _taking(undo: Undo, traffic: Traffic) -> tuple[list[str], list[str]]:
    """The ASGs that must have been measured, and one whose traffic only comes back."""
    new = [undo.new.name] if undo.new and not is_out(undo.new, traffic) else []
    if undo.baseline is None:
        return new, []
    comes_back = is_disabled(undo.baseline) or undo.baseline.tags.get(asg_tags.ROLE) == Role.RESTORED
    return (new, [undo.baseline.name]) if comes_back else ([*new, undo.baseline.name], [])
