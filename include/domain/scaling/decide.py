"""The scaling of a new ASG, decided from what one instance on its AMI carries, how long one takes to start, and what
the region will be asked for; and the difference to what its baseline scales by, in lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

from include.domain.declared.scaling import ScalingSettings
from include.domain.red_black.capacity import instances_for
from include.domain.red_black.sizes import Sizes
from include.domain.red_black.start_times import StartTimes
from include.domain.scaling.forecast import Forecast, TooLittle
from include.domain.scaling.policies import Policy, conflict
from include.domain.squeeze.sweet_spot import SweetSpot

MINUTE = 60


@dataclass(frozen=True)
class Scaling:
    """What an ASG scales by, as far as a push sets it. `per_minute` None: it has no policy of this name;
    `warm_up_seconds` None: as the ASG has it."""

    policy: str
    per_minute: int | None
    warm_up_seconds: int | None
    minimum: int

    def __str__(self) -> str:
        """As a tag has it: `serin-requests/5040/185/3`."""
        numbers = (self.per_minute, self.warm_up_seconds, self.minimum)
        return "/".join([self.policy, *("" if number is None else str(number) for number in numbers)])


@dataclass(frozen=True)
class Decided:
    """`after` is None where nothing is changed; `why` has a sentence for each of the three, or for all of them."""

    before: Scaling
    after: Scaling | None
    why: tuple[str, ...]


@dataclass(frozen=True)
class WarmUp:
    """How long an instance takes to start, in the seconds that AWS is told; None where too few starts are known."""

    seconds: int | None
    why: str


def scaling_of_tag(text: str) -> Scaling | None:
    """What `str(scaling)` wrote; None where it is nothing of that kind."""
    parts = text.split("/")
    if len(parts) != 4 or not parts[3].isdecimal() or not all(part == "" or part.isdecimal() for part in parts[1:3]):
        return None
    numbers = [int(part) if part else None for part in parts[1:]]
    return Scaling(parts[0], numbers[0], numbers[1], numbers[2] or 0)


def decided(settings: ScalingSettings, asg: str, sizes: Sizes, policies: Sequence[Policy], spot: SweetSpot | None,
            warm_up: WarmUp, expected: Forecast | TooLittle) -> Decided:
    """What the ASG that replaces `asg` is to scale by. `expected` is of a whole day. What is not known changes
    nothing."""
    before = _before(settings, sizes, policies)
    fights = conflict(policies, settings.policy, asg)
    if fights:
        return Decided(before, None, (f"scaling stays as it is: {fights}",))
    if spot is None or not spot.rps:
        return Decided(before, None, ("scaling stays as it is: no sweet spot is known of what is pushed",))
    per_instance = spot.rps * (100 - settings.head_room_percent) / 100
    minimum, why = _minimum(settings, sizes, per_instance, expected)
    after = Scaling(settings.policy, max(1, floor(per_instance * MINUTE + 1e-6)),
                    before.warm_up_seconds if warm_up.seconds is None else warm_up.seconds, minimum)
    return Decided(before, after, (_of_the_spot(spot, settings), warm_up.why, why))


def scaling_diff(found: Decided) -> list[str]:
    """What a push changes of the scaling, a line each, to be read before it is done."""
    before, after = found.before, found.after
    if after is None:
        return list(found.why)
    rows = ((f"policy {after.policy}", _target(before.per_minute), _target(after.per_minute)),
            ("warm-up", _seconds(before.warm_up_seconds), _seconds(after.warm_up_seconds)),
            ("minimum", f"{before.minimum}", f"{after.minimum}"))
    return [f"{what} stays at {was}: {why}" if was == becomes else f"{what} from {was} to {becomes}: {why}"
            for (what, was, becomes), why in zip(rows, found.why, strict=True)]


def warm_up(starts: StartTimes | None, recent: Sequence[float], time_scale: float, few: int) -> WarmUp:
    """From this AMI's own starts; else from the region's starts of the pushes before, each its slowest batch's."""
    own = starts.warm_up if starts else None
    if own:
        seconds, count, until = own
        return WarmUp(ceil(seconds * time_scale), f"95 % of {count} instances of this AMI took no longer until {until}")
    if len(recent) >= few:
        slow = sorted(recent)[ceil(0.95 * len(recent)) - 1]
        return WarmUp(ceil(slow * time_scale), f"95 % of the last {len(recent)} pushes here started within that; this "
                                               "AMI has too few starts of its own")
    return WarmUp(None, f"only {starts.started if starts else 0} starts of this AMI and {len(recent)} of pushes here "
                        f"are known, and {few} are needed")


def _before(settings: ScalingSettings, sizes: Sizes, policies: Sequence[Policy]) -> Scaling:
    ours = next((policy for policy in policies if policy.name == settings.policy and policy.tracks_requests), None)
    return Scaling(settings.policy, round(ours.target) if ours else None, ours.warm_up_seconds if ours else None,
                   sizes.minimum)


def _minimum(settings: ScalingSettings, sizes: Sizes, per_instance: float,
             expected: Forecast | TooLittle) -> tuple[int, str]:
    if isinstance(expected, TooLittle):
        return sizes.minimum, expected.why
    needed = instances_for(expected.trough_rps, per_instance) or 1
    most = min(sizes.maximum, settings.minimum_at_most or sizes.maximum)
    bounded = min(max(needed, settings.minimum_at_least), most)
    why = f"{expected.trough_rps:,.0f} requests/s at {per_instance:,.1f} for each instance need {needed}"
    if bounded != needed:
        why += f", and {'at least' if bounded > needed else 'at most'} {bounded} are allowed"
    return bounded, f"{why} ({expected.said})"


def _of_the_spot(spot: SweetSpot, settings: ScalingSettings) -> str:
    at_least = "" if spot.rps_high is not None else "at least "
    return (f"the sweet spot is {at_least}{spot.rps:,.1f} requests/s an instance, of which "
            f"{settings.head_room_percent} % are kept free")


def _target(per_minute: int | None) -> str:
    return "none" if per_minute is None else f"{per_minute:,} requests a minute for each target"


def _seconds(seconds: int | None) -> str:
    return "the ASG's own" if seconds is None else f"{seconds} s"
