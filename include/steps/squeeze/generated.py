"""The stages of a squeeze with generated load, for services whose traffic is too small: canary and baseline lose their
share of prod's traffic, so that no user sees them, and one instance of each is driven with prod's own mix of requests.
The same search, the same limits; what came of a step is measured where the load is made.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from math import isfinite, nan

from include.domain.errors import SerinError
from include.domain.load import LoadPlan, Mix, came_to, mix_of, too_late
from include.domain.looks import Wait
from include.domain.peak_windows import Market
from include.domain.squeeze.limits import Limits
from include.domain.squeeze.search import search
from include.domain.squeeze.sweet_spot import Tried
from include.ports import Load
from include.steps.canary.pair import WHOLE
from include.steps.red_black.ladder import healthy
from include.steps.red_black.live import measured_rps
from include.steps.red_black.peak_windows import not_in_a_slot
from include.steps.squeeze.guards import rest_cannot_carry, window_closed
from include.steps.squeeze.here import Here
from include.steps.squeeze.running import Squeezing
from include.steps.squeeze.steering import as_baked

SLICE = 10.0            # seconds that one look drives an instance for: then the region is looked at
MIX_HOURS = 1           # of prod's requests, of which the mix is recorded
AT_LEAST_RPS = 2.0      # to begin with
LATE_STEPS = 3          # in a row that the worker was late with: then it has no more to give


def next_generated(here: Here, squeezing: Squeezing, markets: Mapping[str, Market], load: Load) -> Wait | None:
    """What is to be done at this look; None once it has ended, with the weights as they were in the bake."""
    if squeezing.ending is not None:
        here.traffic.set_weights(as_baked(here))
        return None
    if squeezing.began is None:
        return _before(here, squeezing, markets)
    stop = _must_stop(here, squeezing, markets)
    if stop:
        return _stop(here, squeezing, stop)
    if here.traffic.weights() != _aside(here):
        here.traffic.set_weights(_aside(here))
        squeezing.driven.clear()
        return _wait(here, squeezing, "canary and baseline give their share of the traffic back: no user sees them now")
    return _drives(here, squeezing, load)


def _before(here: Here, squeezing: Squeezing, markets: Mapping[str, Market]) -> Wait:
    """It leaves prod fewer instances: between peaks only, as a live one."""
    closed = not_in_a_slot(here.canary, here.where.region, here.service, markets, here.look,
                           here.service.squeeze.limit_minutes)
    if closed:
        return closed
    squeezing.began, squeezing.had_healthy = here.look.now, healthy(here.main, here.traffic)
    squeezing.region_rps = _region_rps(here)
    squeezing.mix = _mix(here)
    if not squeezing.mix.requests:
        squeezing.ending = (f"none of the endpoints that prod is asked for has a path in squeeze.generated.paths "
                            f"({', '.join(squeezing.mix.left_out[:5]) or 'no metric requests.<endpoint> was found'})")
    return _wait(here, squeezing, "the mix of prod's requests is recorded")


def _drives(here: Here, squeezing: Squeezing, load: Load) -> Wait | None:
    """One slice of the step that is under way, and what follows from the step once it is over."""
    settings = here.service.squeeze.generated
    if squeezing.limits is None:
        squeezing.asked = min(settings.max_rps, max(AT_LEAST_RPS, squeezing.region_rps / max(1, squeezing.had_healthy)
                                                    if isfinite(squeezing.region_rps) else AT_LEAST_RPS))
    instance = _instance(here, squeezing.side)
    if instance is None:
        return _wait(here, squeezing, f"no instance of {here.pair[squeezing.side].name} is healthy")
    step = here.service.lasts(minutes=here.service.squeeze.step_minutes).total_seconds()
    done = sum(one.seconds for one in squeezing.driven)
    plan = LoadPlan(settings.port, squeezing.mix.requests, settings.in_flight, settings.timeout_seconds, settings.host)
    squeezing.driven.append(load.drive(instance, plan, squeezing.asked, max(1.0, min(SLICE, step - done))))
    ended = sum(one.seconds for one in squeezing.driven) >= step or _hopeless(squeezing)
    stop = _learns(here, squeezing) if ended else ""
    if stop or not squeezing.todo:
        return _stop(here, squeezing, stop)
    return _wait(here, squeezing, _said(here, squeezing))


def _learns(here: Here, squeezing: Squeezing) -> str:
    """From a step that is over; why the squeeze must end, if it must."""
    drives, settings = list(squeezing.driven), here.service.squeeze
    squeezing.driven.clear()
    if squeezing.limits is None:
        found, why = came_to(drives, Limits(latency_ms=1000 * settings.generated.timeout_seconds, error_percent=50))
        if why:
            return f"at {squeezing.asked:.0f} requests/s {why}: there is nothing to compare with"
        squeezing.limits = Limits(settings.max_latency_ms or found.p99_ms * settings.max_latency_ratio,
                                  found.error_percent + settings.max_error_percent, stop_ratio=settings.stop_ratio)
        _begins(squeezing, settings.generated.max_rps)
        return ""
    late = too_late(drives, squeezing.limits)
    squeezing.late = squeezing.late + 1 if late else 0
    if late:
        return late if squeezing.late >= LATE_STEPS else ""     # the same rate again: one hiccup decides nothing
    found, why = came_to(drives, squeezing.limits)
    seconds = sum(one.seconds for one in drives)
    tried = Tried(squeezing.side, sum(one.sent for one in drives) / seconds, found.rps, found.p99_ms,
                  found.error_percent, None, here.look.now - timedelta(seconds=seconds), here.look.now, not why, why)
    if squeezing.hears(tried) and squeezing.todo:
        squeezing.side = squeezing.todo[0]
        _begins(squeezing, settings.generated.max_rps)
    return ""


def _begins(squeezing: Squeezing, most: float) -> None:
    start = squeezing.curve[0].offered_rps if squeezing.curve else squeezing.asked
    squeezing.searching = search(min(start, most), most, squeezing.limits)
    squeezing.asked = next(squeezing.searching)


def _hopeless(squeezing: Squeezing) -> bool:
    """So far beyond its limits that the rest of the step would tell nothing new."""
    limits = squeezing.limits
    if limits is None:
        return False
    far = replace(limits, latency_ms=limits.latency_ms * limits.stop_ratio,
                  error_percent=limits.error_percent * limits.stop_ratio)
    return bool(came_to(squeezing.driven, far)[1])


def _must_stop(here: Here, squeezing: Squeezing, markets: Mapping[str, Market]) -> str:
    settings = here.service.squeeze
    if here.look.now >= squeezing.began + here.service.lasts(minutes=settings.limit_minutes):
        return f"it was not done within {settings.limit_minutes:g} minutes"
    return (rest_cannot_carry(here, squeezing.region_rps, squeezing.had_healthy)
            or window_closed(here, markets))


def _stop(here: Here, squeezing: Squeezing, why: str) -> None:
    squeezing.ending = why
    here.traffic.set_weights(as_baked(here))


def _aside(here: Here) -> dict[str, int]:
    """All traffic to prod; both sides stay in the listener, or nobody would check their health."""
    return {here.where.main: WHOLE} | {here.arn(side): 0 for side in here.pair}


def _instance(here: Here, side: str) -> str | None:
    targets = here.traffic.targets(here.arn(side))
    return min((target.instance for target in targets if target.state == "healthy"), default=None)


def _region_rps(here: Here) -> float:
    """NaN where the metric store cannot tell: then prod's instances are counted."""
    names = [here.main.name, *(asg.name for asg in here.pair.values())]
    try:
        return measured_rps(names, here.look, here.service, here.metrics)
    except SerinError:
        return nan


def _mix(here: Here) -> Mix:
    """Of the ASG that serves prod, over the last hour: means of each endpoint's requests."""
    since = here.look.now - here.service.lasts(hours=MIX_HOURS)
    table = here.metrics.read([here.main.name], since, here.look.now)
    whole = here.service.metrics.requests
    rates = {name: _mean(table.values[0, row].tolist()) for row, name in enumerate(table.names) if name != whole}
    return mix_of(rates, here.service.squeeze.generated.paths)


def _mean(values: list[float]) -> float:
    there = [value for value in values if isfinite(value)]
    return sum(there) / len(there) if there else nan


def _wait(here: Here, squeezing: Squeezing, reason: str) -> Wait:
    """The next look comes at once: a slice of load is a pause by itself."""
    limit = here.service.lasts(minutes=here.service.squeeze.limit_minutes)
    return Wait(reason, here.look.since, here.look.now + timedelta(seconds=1), (squeezing.began or here.look.since)
                + limit)


def _said(here: Here, squeezing: Squeezing) -> str:
    steps = [tried for tried in squeezing.curve if tried.side == squeezing.side]
    last = f"; before, it carried {steps[-1].carried_rps:.0f} of {steps[-1].offered_rps:.0f}" if steps else ""
    out = squeezing.mix.left_out_percent
    left = f"; {out:.0f} % of prod's requests have no declared path" if out else ""
    return (f"step {len(steps) + 1}: one instance of {here.pair[squeezing.side].name}, out of service, is sent "
            f"{squeezing.asked:.0f} requests/s{last}{left}")
