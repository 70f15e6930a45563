"""What red/black decides: sizes, when an ASG is operational, whether capacity may go, and whether the new one is worse.

Values in, a value or a sentence out (None: nothing stands in the way). Numbers of instances are whole numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, exp, isfinite, log, sqrt

from include.domain import asg_tags
from include.domain.cluster import Asg, Target
from include.domain.errors import BadInput
from include.domain.service import RedBlackPlan

# Suspended on an ASG without traffic; resumed in this order, so that nothing is replaced before it may be launched.
PROCESSES = ("Launch", "AddToLoadBalancer", "AZRebalance", "AlarmNotification", "ScheduledActions",
             "ReplaceUnhealthy", "Terminate")
SURE = 3.0             # standard errors that live traffic must be worse by, beyond what is allowed
FEW_REQUESTS = 100     # under this many on a side nothing is said of errors
NAMED = 3              # how many instances or conditions a sentence names


def new_size(in_service: int, extra_percent: int) -> int:
    """Instances of the new ASG: those in service in the baseline and the extra per cent, rounded up."""
    return -(-in_service * (100 + extra_percent) // 100)


def next_batch(current: int, size: int, batch_percent: int) -> int:
    """The next desired size on the way from `current` to `size`: at least one more, never past `size`."""
    step = max(1, -(-size * batch_percent // 100))
    return max(current, min(size, current + step))


# --- operational -------------------------------------------------------------------------------------------------

def why_not_operational(asg: Asg, targets: Mapping[str, Sequence[Target]], wanted: int) -> str | None:
    """The first rung of the ladder that is not reached: count, InService, health, every target group.

    `targets` are the targets of each target group (by ARN) that the ASG must be in; others' targets are passed over.
    """
    if asg.deleting:
        return f"{asg.name} is being deleted"
    if len(asg.instances) < wanted:
        return f"{asg.name} has {len(asg.instances)} of {wanted} instances"
    not_yet = {i.id: i.state for i in asg.instances if i.state != "InService"}
    if len(asg.instances) - len(not_yet) < wanted:
        return f"{asg.name} has {len(asg.instances) - len(not_yet)} of {wanted} instances InService: {_alike(not_yet)}"
    ill = [i.id for i in asg.instances if i.state == "InService" and not i.healthy]
    if asg.in_service < wanted:
        return f"{asg.name} has {asg.in_service} of {wanted} instances healthy: {_some(ill)} marked unhealthy"
    reasons = (_why_not_healthy(asg, group, targets[group], wanted) for group in targets)
    return next((reason for reason in reasons if reason), None)


def healthy_targets(asg: Asg, targets: Iterable[Target]) -> int:
    """How many of the ASG's instances are in service and healthy as targets."""
    serving = {i.id for i in asg.instances if i.in_service}
    return len({target.instance for target in targets if target.state == "healthy"} & serving)


def _why_not_healthy(asg: Asg, group: str, targets: Sequence[Target], wanted: int) -> str | None:
    healthy = healthy_targets(asg, targets)
    if healthy >= wanted:
        return None
    known = {target.instance: target for target in targets}
    waiting = {i.id: _condition(known.get(i.id)) for i in asg.instances
               if i.in_service and (i.id not in known or known[i.id].state != "healthy")}
    return f"{asg.name} has {healthy} of {wanted} targets healthy in {short_name(group)}: {_alike(waiting)}"


def _condition(target: Target | None) -> str:
    if target is None:
        return "not registered"
    return target.state + (f" ({target.reason})" if target.reason else "")


def _alike(conditions: Mapping[str, str]) -> str:
    """Each condition once, with the first instance that is in it and how many more are: `i-0 and 2 more initial`."""
    found: dict[str, list[str]] = {}
    for instance, condition in conditions.items():
        found.setdefault(condition, []).append(instance)
    return _some([f"{ids[0]}{f' and {len(ids) - 1} more' if len(ids) > 1 else ''} {condition}"
                  for condition, ids in found.items()])


def _some(items: Sequence[str]) -> str:
    more = len(items) - NAMED
    return ", ".join(items[:NAMED]) + (f" and {more} more" if more > 0 else "")


def short_name(arn: str) -> str:
    """A target group's name from its ARN, for sentences and tags."""
    parts = arn.split("/")
    return parts[1] if arn.startswith("arn:") and len(parts) > 1 else arn


# --- capacity ----------------------------------------------------------------------------------------------------

def carried_rps(declared: float | None, measured_rps: float, in_service: int) -> float:
    """What one instance is known to carry, requests per second: what is declared (squeezed), or what the instances in
    service carry at this moment; 0 where neither is known."""
    if declared:
        return declared
    return measured_rps / in_service if in_service > 0 and isfinite(measured_rps) and measured_rps > 0 else 0.0


def can_carry(healthy_keeping: int, need_rps: float, instance_rps: float) -> str | None:
    """The law before anything takes traffic or capacity away: why those that stay cannot carry the need, or None.

    `healthy_keeping` counts healthy instances that keep taking traffic. What is not known counts as too much.
    """
    if healthy_keeping < 1:
        return "no healthy instance would keep taking traffic"
    if not isfinite(need_rps) or need_rps < 0:
        return "the rate of requests could not be measured, so nobody knows what must be carried"
    if need_rps == 0:
        return None
    if not isfinite(instance_rps) or instance_rps <= 0:
        return f"it is not known what one instance carries, and {need_rps:.0f} requests/s must be carried"
    needed = ceil(need_rps / instance_rps - 1e-9)
    if healthy_keeping >= needed:
        return None
    return (f"{healthy_keeping} healthy {_plural(healthy_keeping)} would keep taking traffic, but {need_rps:.0f} "
            f"requests/s at {instance_rps:.1f} for each instance need {needed}")


def _plural(count: int) -> str:
    return "instance" if count == 1 else "instances"


# --- what we suspended, and what was before ----------------------------------------------------------------------

@dataclass(frozen=True)
class Sizes:
    """Minimum, maximum and desired instances of an ASG."""

    minimum: int
    maximum: int
    desired: int

    def __str__(self) -> str:
        return f"{self.minimum}/{self.maximum}/{self.desired}"


def sizes_of(asg: Asg) -> Sizes:
    """As the ASG stands."""
    return Sizes(asg.min_size, asg.max_size, asg.desired)


def recorded_sizes(asg: Asg) -> Sizes | None:
    """What was before we pinned it (tag serin:sizes), or None; BadInput where the tag is not three whole numbers."""
    text = asg.tags.get(asg_tags.SIZES, "")
    if not text:
        return None
    parts = text.split("/")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        raise BadInput(f"{asg.name}: tag {asg_tags.SIZES} is {text!r}, not min/max/desired as in 4/8/4")
    return Sizes(*map(int, parts))


def joined(names: Iterable[str]) -> str:
    """Names as one tag value (a comma is not allowed in tags everywhere)."""
    return "+".join(names)


def split(value: str | None) -> tuple[str, ...]:
    """The names of a tag value."""
    return tuple(name for name in (value or "").split("+") if name)


def suspended_by_us(asg: Asg) -> tuple[str, ...]:
    """Processes that our tag says we suspended, in the order to resume them."""
    ours = set(split(asg.tags.get(asg_tags.SUSPENDED)))
    return tuple(process for process in PROCESSES if process in ours)


def suspended_by_others(asg: Asg) -> tuple[str, ...]:
    """Processes that people suspended, before us or besides us."""
    return tuple(sorted(asg.suspended.difference(suspended_by_us(asg))))


def to_suspend(asg: Asg) -> tuple[str, ...]:
    """Processes still to be suspended before traffic is taken off."""
    return tuple(process for process in PROCESSES if process not in asg.suspended)


def suspended_tag(asg: Asg) -> str:
    """What the tag must say *before* we suspend: ours already, and those that nobody suspended before us."""
    ours = set(suspended_by_us(asg)) | set(to_suspend(asg))
    return joined(process for process in PROCESSES if process in ours)


# --- live traffic ------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Rates:
    """Live traffic of one ASG over some time: totals, and the typical latency (None where there is none).

    `latency_error` is the standard error of log(latency): 0 where it is taken as known.
    """

    requests: float
    errors: float
    latency_ms: float | None = None
    latency_error: float = 0.0

    @property
    def error_percent(self) -> float:
        return 100 * self.errors / self.requests if self.requests > 0 else 0.0


def live_rates(requests: Iterable[float], errors: Iterable[float], latency_ms: Iterable[float]) -> Rates:
    """Sums of the counts, and the geometric mean of the latencies with its error; NaN is a gap."""
    logs = [log(value) for value in latency_ms if isfinite(value) and value > 0]
    total, bad = _total(requests), _total(errors)
    if len(logs) < 5:
        return Rates(total, bad)
    middle = sum(logs) / len(logs)
    variance = sum((value - middle) ** 2 for value in logs) / (len(logs) - 1)
    return Rates(total, bad, exp(middle), sqrt(2 * variance / len(logs)))   # 2: seconds in a row are alike


def _total(values: Iterable[float]) -> float:
    return sum(value for value in values if isfinite(value))


def compare(new: Rates, baseline: Rates, settings: RedBlackPlan) -> str | None:
    """Why the new ASG is worse on live traffic than the baseline (now, or as it was last), or None.

    Only a difference that chance does not explain counts: the allowed one and three standard errors.
    """
    return _worse_errors(new, baseline, settings) or _worse_latency(new, baseline, settings)


def _worse_errors(new: Rates, baseline: Rates, settings: RedBlackPlan) -> str | None:
    if new.requests < FEW_REQUESTS:
        return None
    at_least = 100 * _lower_bound(new.errors, new.requests)
    if at_least <= baseline.error_percent + settings.max_error_percent:
        return None
    return (f"{new.error_percent:.2f} % of {new.requests:.0f} requests fail on the new ASG, "
            f"{baseline.error_percent:.2f} % on the baseline: more than {settings.max_error_percent:g} % apart")


def _lower_bound(errors: float, requests: float) -> float:
    """Wilson's lower bound of the share that fails."""
    share, z2 = min(errors / requests, 1.0), SURE**2
    spread = SURE * sqrt(share * (1 - share) / requests + z2 / (4 * requests**2))
    return max(0.0, (share + z2 / (2 * requests) - spread) / (1 + z2 / requests))


def _worse_latency(new: Rates, baseline: Rates, settings: RedBlackPlan) -> str | None:
    if new.latency_ms is None or not baseline.latency_ms:
        return None
    ratio = new.latency_ms / baseline.latency_ms
    error = sqrt(new.latency_error**2 + baseline.latency_error**2)
    if log(ratio) - SURE * error <= log(settings.max_latency_ratio):
        return None
    return (f"latency is {ratio:.2f} × the baseline's ({new.latency_ms:.0f} ms against {baseline.latency_ms:.0f} ms), "
            f"allowed {settings.max_latency_ratio:g}")
