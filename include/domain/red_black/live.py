"""Live traffic of two ASGs compared: whether the new one is worse, beyond what is allowed and beyond chance."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, isfinite, log, sqrt

from include.domain.declared.red_black import RedBlackPlan

SURE = 3.0             # standard errors that live traffic must be worse by, beyond what is allowed
FEW_REQUESTS = 100     # under this many on a side nothing is said of errors


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


def is_well(new: Rates, baseline: Rates, settings: RedBlackPlan) -> bool:
    """Not worse, and by enough requests to tell: what cannot be told is not well."""
    can_tell = new.requests >= FEW_REQUESTS and (new.latency_ms is not None or not baseline.latency_ms)
    return can_tell and compare(new, baseline, settings) is None


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
