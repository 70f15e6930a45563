"""Why a squeeze must not go on: the window, the rest of the region, and how the rest of its viewers fare."""

from collections.abc import Mapping, Sequence
from math import isfinite

from include.domain.peak_windows import Market
from include.domain.red_black.capacity import can_carry
from include.domain.squeeze.attempt import Sample
from include.domain.squeeze.limits import Limits, beyond, seen
from include.steps.push.hold import held_back
from include.steps.red_black.ladder import healthy
from include.steps.red_black.peak_windows import AT_ONCE, not_in_a_slot
from include.steps.squeeze.here import Here


def window_closed(here: Here, markets: Mapping[str, Market]) -> str:
    """A peak or a freeze has begun, or a person holds the service back: that stops every squeeze of it."""
    waits = (held_back(here.service, here.canary.environment, here.look, here.held.leases)
             or not_in_a_slot(here.canary, here.where.region, here.service, markets, here.look, AT_ONCE))
    return waits.reason if waits else ""


def rest_cannot_carry(here: Here, region_rps: float, had_healthy: int) -> str:
    """Law 1: at every instant prod must be able to take back all that the instance gets. Where nobody declared what one
    of prod's carries, none of those may be missing that were there when the squeeze began: a scale-in that follows from
    the traffic that prod lost to the squeeze is just that."""
    each, there = here.service.red_black.instance_rps, healthy(here.main, here.traffic)
    if each and isfinite(region_rps):
        return can_carry(there, region_rps, each) or ""
    if there >= had_healthy:
        return ""
    return f"{there} instances of {here.main.name} are healthy, and {had_healthy} were when the squeeze began"


def others_suffer(here: Here, samples: Sequence[Sample], allowed: Limits) -> tuple[str, int]:
    """Why prod's newest point is beyond what is allowed ("" where it is not), and how many in a row were until then."""
    step = here.service.metrics.step_seconds
    why = [beyond(seen([sample.main], step), allowed) for sample in samples if isfinite(sample.main.requests)]
    in_a_row = next((count for count, said in enumerate(reversed(why)) if not said), len(why))
    return (f"{here.main.name}: {why[-1]}" if in_a_row else ""), in_a_row
