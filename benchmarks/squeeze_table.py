"""What was found of squeezed instances, held against what they are declared to carry."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from benchmarks import known_truth
from include.domain.squeeze.sweet_spot import SweetSpot
from include.local_cloud.behaviour import Behaviour


@dataclass(frozen=True)
class Squeezed:
    """One side of one squeeze: what it was found to carry inside this limit, requests per second."""

    where: str
    side: str
    behaviour: Behaviour
    limit_ms: float
    saturation: float | None
    rps: float | None
    low: float | None
    high: float | None

    @cached_property
    def truth_saturation(self) -> float:
        return known_truth.saturation(self.behaviour)

    @cached_property
    def truth_rps(self) -> float:
        return known_truth.sweet_spot(self.behaviour, self.limit_ms)


@dataclass(frozen=True)
class Cost:
    """Of one squeeze of both sides: seconds, and requests of the region: all, failed, and those to the pair that were
    slower than the limit (on the local cloud: at most so many)."""

    seconds: float
    sent: int
    failed: int
    slow: float


def sides(where: str, spot: SweetSpot, canary: Behaviour, baseline: Behaviour) -> list[Squeezed]:
    """Both sides of one squeeze."""
    limit = spot.latency_limit_ms
    return [Squeezed(where, "canary", canary, limit, spot.saturation_rps, spot.rps, spot.rps_low, spot.rps_high),
            Squeezed(where, "baseline", baseline, limit, spot.baseline_saturation_rps, spot.baseline_rps,
                     spot.baseline_rps_low, spot.baseline_rps_high)]


def table(squeezes: Sequence[Squeezed], costs: Sequence[Cost]) -> str:
    """What was found against what is true; errors in %."""
    rows = ["| where | side | slots | ms | spread | stalls | saturation | found | % | sweet spot | found | % |",
            "|---|---|--:|--:|--:|---|--:|--:|--:|--:|--:|--:|"]
    rows += [f"| {one.where} | {one.side} | {one.behaviour.slots} | {one.behaviour.service_ms:.0f} "
             f"| {one.behaviour.spread:g} | {'yes' if one.behaviour.stall.every_seconds else ''} "
             f"| {one.truth_saturation:.1f} | {_shown(one.saturation)} | {_off(one.saturation, one.truth_saturation)} "
             f"| {one.truth_rps:.1f} | {_shown(one.rps)} | {_off(one.rps, one.truth_rps)} |" for one in squeezes]
    saturations = [abs(one.saturation / one.truth_saturation - 1) for one in squeezes if one.saturation]
    spots = [abs(one.rps / one.truth_rps - 1) for one in squeezes if one.rps]
    inside = sum(one.low <= one.truth_rps <= one.high for one in squeezes if one.rps and one.high)
    sent, slow = sum(cost.sent for cost in costs), sum(cost.slow for cost in costs)
    failed = sum(cost.failed for cost in costs)
    return "\n".join([
        *rows, "", f"sides squeezed: {len(squeezes)}",
        f"saturation: found {len(saturations)}, {_errors(saturations)}",
        f"sweet spot: found {len(spots)}, {_errors(spots)}; {inside} inside their interval",
        f"seconds for both sides: {sum(cost.seconds for cost in costs) / len(costs):.0f} on average",
        f"requests of the regions meanwhile: {sent:,}; failed: {failed} ({100 * failed / sent:.3f} %); "
        f"slower than the limit on the pair: {slow:,.0f} ({100 * slow / sent:.2f} %)"])


def _errors(errors: Sequence[float]) -> str:
    if not errors:
        return "none"
    ordered = sorted(errors)
    at = {name: ordered[min(len(ordered) - 1, int(len(ordered) * share))] for name, share in (("p50", .5), ("p90", .9))}
    return ", ".join(f"{name} {100 * error:.1f} %" for name, error in (*at.items(), ("worst", ordered[-1])))


def _shown(rate: float | None) -> str:
    return "none" if rate is None else f"{rate:.1f}"


def _off(rate: float | None, truth: float) -> str:
    return "" if rate is None else f"{100 * (rate / truth - 1):+.1f}"
