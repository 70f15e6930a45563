"""The stages of a live squeeze: at rest, until it is known what the region carries; then step after step of one side
and of the other; and at the end both as they were."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import inf, isfinite

from include.domain.looks import Look, Wait
from include.domain.peak_windows import Market
from include.domain.service import Service
from include.domain.squeeze.attempt import Sample
from include.domain.squeeze.limits import Limits, seen
from include.domain.squeeze.search import search
from include.domain.squeeze.sweet_spot import Tried
from include.steps.canary.pair import WHOLE
from include.steps.push.hold import held_back
from include.steps.red_black.ladder import healthy
from include.steps.red_black.peak_windows import not_in_a_slot
from include.steps.squeeze.guards import others_suffer, rest_cannot_carry, window_closed
from include.steps.squeeze.here import Here
from include.steps.squeeze.measures import begun, limits_of, look_back, recovered
from include.steps.squeeze.running import Squeezing
from include.steps.squeeze.steering import all_back, alone, as_baked, put_back, rest_share, resting, share_of, steer
from include.steps.squeeze.watching import samples

SUFFER_AT_MOST = 3  # points in a row: after one the step is given up, for chance has one now and then
AT_REST = Limits(latency_ms=inf, error_percent=100)


def next_stage(here: Here, squeezing: Squeezing, markets: Mapping[str, Market]) -> Wait | None:
    """What is to be done at this look; None once the squeeze has ended and both sides are as they were."""
    if squeezing.ending is not None:
        return _ends(here, squeezing)
    if squeezing.began is None:
        return _before(here, squeezing, markets)
    seen_now = samples(here, squeezing.side, squeezing.instance, look_back(here))
    suffers, in_a_row = others_suffer(here, seen_now, squeezing.others) if squeezing.others else ("", 0)
    tried = _tried(here, squeezing, seen_now)
    if suffers or (tried and not tried.passed):
        put_back(here)
        squeezing.rests_since = here.look.now
    stop = suffers if in_a_row >= SUFFER_AT_MOST else _must_stop(here, squeezing, markets)
    if stop:
        return _stop(here, squeezing, stop)
    if suffers:
        squeezing.attempt = None
        return _wait(here, squeezing, f"{suffers}; the weights went back, and the step is taken again")
    return _after(here, squeezing, seen_now, tried)


def _after(here: Here, squeezing: Squeezing, seen_now: Sequence[Sample], tried: Tried | None) -> Wait | None:
    """Nothing forbids it to go on."""
    if squeezing.attempt and tried is None:
        return _wait(here, squeezing, _said(here, squeezing))
    if tried:
        ends = _learns(here, squeezing, seen_now, tried)
        if ends:
            return _stop(here, squeezing, ends)
    if not squeezing.todo:
        return _stop(here, squeezing, "")
    return _goes_on(here, squeezing, seen_now)


def wait(look: Look, service: Service, began: datetime | None, reason: str) -> Wait:
    """Until the next look, a few seconds from now."""
    settings = service.squeeze
    return Wait(reason, look.since, look.now + timedelta(seconds=settings.look_every_seconds),
                (began or look.since) + service.lasts(minutes=settings.limit_minutes))


def _before(here: Here, squeezing: Squeezing, markets: Mapping[str, Market]) -> Wait:
    """What an earlier run of this task left is put back before anything is waited for."""
    if here.traffic.weights() not in (resting(here), as_baked(here)):
        put_back(here)
    if not all_back(here):
        return _wait(here, squeezing, "canary and baseline become whole again")
    warm = here.canary.launched_at + here.service.lasts(minutes=here.service.canary.warm_up_minutes)
    if here.look.now < warm:
        return _wait(here, squeezing, f"canary and baseline warm up until {warm:%H:%M:%S} UTC")
    if held := held_back(here.service, here.canary.environment, here.look, here.held.leases):
        return held
    closed = not_in_a_slot(here.canary, here.where.region, here.service, markets, here.look,
                           here.service.squeeze.limit_minutes)
    if closed:
        return closed
    squeezing.began, squeezing.had_healthy = here.look.now, healthy(here.main, here.traffic)
    return _rests(here, squeezing)


def _rests(here: Here, squeezing: Squeezing) -> Wait:
    """At rest: what the region carries, and how prod fares by itself."""
    put_back(here)
    instance = alone(here, squeezing.side)
    if instance is None:
        return _wait(here, squeezing, f"no instance of {here.pair[squeezing.side].name} is healthy")
    squeezing.instance = instance
    squeezing.attempt = begun(here, squeezing.side, 0.0, *share_of(here, squeezing.side))
    return _wait(here, squeezing, "at rest, until it is known what the region carries")


def _learns(here: Here, squeezing: Squeezing, seen_now: Sequence[Sample], tried: Tried) -> str:
    """From a step that is over; why the squeeze must end, if it must."""
    attempt, squeezing.attempt = squeezing.attempt, None
    if squeezing.limits:
        squeezing.region_rps = tried.offered_rps / attempt.share
        if squeezing.hears(tried):
            _next_side(here, squeezing)
        return ""
    prod = seen([sample.main for sample in attempt.of(seen_now)], attempt.step_seconds)
    if not tried.passed or not isfinite(prod.p99_ms):
        return f"at rest {tried.why or 'prod had no latency'}: there is nothing to compare with"
    squeezing.region_rps = attempt.region_rps(seen_now)
    squeezing.limits, squeezing.others = limits_of(here, prod)
    return ""


def _next_side(here: Here, squeezing: Squeezing) -> None:
    put_back(here)
    all_back(here)
    squeezing.rests_since = here.look.now
    squeezing.side = next(iter(squeezing.todo), squeezing.side)


def _tried(here: Here, squeezing: Squeezing, seen_now: Sequence[Sample]) -> Tried | None:
    """What the step that is under way came to; None where it goes on."""
    if squeezing.attempt is None:
        return None
    state = next((target.state for target in here.traffic.targets(here.arn(squeezing.side))
                  if target.instance == squeezing.instance), "gone")
    broken = "" if state == "healthy" else f"{squeezing.instance} is {state}"
    return squeezing.attempt.came_to(seen_now, here.look.now, squeezing.limits or AT_REST, broken)


def _goes_on(here: Here, squeezing: Squeezing, seen_now: Sequence[Sample]) -> Wait:
    """The next step, once what waited at the instance is worked off."""
    if squeezing.limits is None:
        return _rests(here, squeezing)
    name = here.pair[squeezing.side].name
    if not recovered(here, squeezing, seen_now):
        return _wait(here, squeezing, f"{name} works off what waits there")
    instance = alone(here, squeezing.side)
    if instance is None:
        return _wait(here, squeezing, f"no instance of {name} is healthy")
    squeezing.instance, squeezing.rests_since = instance, None
    if squeezing.searching is None:
        most = squeezing.region_rps * here.service.squeeze.max_share_percent / WHOLE
        squeezing.searching = search(squeezing.region_rps * rest_share(here), most, squeezing.limits)
        squeezing.asked = next(squeezing.searching)
    share = min(squeezing.asked / squeezing.region_rps, here.service.squeeze.max_share_percent / WHOLE)
    squeezing.attempt = begun(here, squeezing.side, squeezing.asked, *steer(here, squeezing.side, share))
    return _wait(here, squeezing, _said(here, squeezing))


def _must_stop(here: Here, squeezing: Squeezing, markets: Mapping[str, Market]) -> str:
    settings = here.service.squeeze
    if here.look.now >= squeezing.began + here.service.lasts(minutes=settings.limit_minutes):
        return f"it was not done within {settings.limit_minutes:g} minutes"
    return rest_cannot_carry(here, squeezing.region_rps, squeezing.had_healthy) or window_closed(here, markets)


def _stop(here: Here, squeezing: Squeezing, why: str) -> Wait | None:
    """The weights back, and what was found so far is all that there is."""
    put_back(here)
    squeezing.attempt, squeezing.ending = None, why
    return _ends(here, squeezing)


def _ends(here: Here, squeezing: Squeezing) -> Wait | None:
    """Both whole again, under the weights that they were found with."""
    if not all_back(here):
        return _wait(here, squeezing, "squeezed; canary and baseline become whole again")
    here.traffic.set_weights(as_baked(here))
    return None


def _wait(here: Here, squeezing: Squeezing, reason: str) -> Wait:
    return wait(here.look, here.service, squeezing.began, reason)


def _said(here: Here, squeezing: Squeezing) -> str:
    if squeezing.limits is None:
        return "at rest, until it is known what the region carries"
    steps = [tried for tried in squeezing.curve if tried.side == squeezing.side]
    last = f"; before, it {_outcome(steps[-1])}" if steps else ""
    return (f"step {len(steps) + 1}: one instance of {here.pair[squeezing.side].name} gets {squeezing.asked:.0f} "
            f"requests/s, {100 * squeezing.attempt.share:.1f} % of {here.where.region}{last}")


def _outcome(tried: Tried) -> str:
    carried = f"carried {tried.carried_rps:.0f} of {tried.offered_rps:.0f}"
    return f"{carried}: {tried.why}" if tried.why else carried
