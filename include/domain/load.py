"""Load that is made for one instance that no user sees: a mix of requests as prod has them, and what came of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from random import Random

from include.domain.squeeze.limits import Limits, Seen, beyond

PREFIX = "requests."
LATE = 0.1      # of the latency limit: a generator that is later than this with its own sending measures itself


@dataclass(frozen=True)
class Request:
    """A GET of one path, and how often: its share of the mix."""

    path: str
    share: float


@dataclass(frozen=True)
class LoadPlan:
    """What is sent to an instance: `requests` at `port`, with this Host where it is given; at most so many at once."""

    port: int
    requests: tuple[Request, ...]
    in_flight: int
    timeout_seconds: float
    host: str = ""


@dataclass(frozen=True)
class Driven:
    """What came of some seconds of load. `sent` are all that were due, also those that were held back as too many were
    in flight; `answered` came back in these seconds, `failed` are all but 2xx and 3xx. Each latency counts from the
    instant at which its request was due, so that a slow instance cannot hide what it delays; one without an answer
    counts as long as was waited for it. `late_ms` is how late the generator itself was, at its 99th percentile."""

    sent: int
    answered: int
    failed: int
    seconds: float
    latencies_ms: tuple[float, ...]
    late_ms: float = 0.0


@dataclass(frozen=True)
class Mix:
    """`left_out` are endpoints without a declared path, with the share of prod's requests that they have."""

    requests: tuple[Request, ...]
    left_out_percent: float
    left_out: tuple[str, ...]


def mix_of(rates: Mapping[str, float], paths: Mapping[str, str]) -> Mix:
    """`rates` are requests/s by metric name (`requests.play`), `paths` by endpoint (`play`). Only what a team declares
    is ever sent: nobody else can tell which GET is harmless."""
    known = {name.removeprefix(PREFIX): rate for name, rate in rates.items()
             if name.startswith(PREFIX) and isfinite(rate) and rate > 0}
    total = sum(known.values())
    taken = {endpoint: rate for endpoint, rate in known.items() if endpoint in paths}
    whole = sum(taken.values())
    out = tuple(sorted(set(known) - set(taken)))
    return Mix(tuple(Request(paths[endpoint], rate / whole) for endpoint, rate in sorted(taken.items())),
               100 * (1 - whole / total) if total else 0.0, out)


def arrivals(plan: LoadPlan, rps: float, seconds: float, seed: int) -> Iterator[tuple[float, str]]:
    """When each request is due, and its path: by chance, as viewers come, and the same for the same seed."""
    chance, at = Random(seed), 0.0
    paths, shares = [one.path for one in plan.requests], [one.share for one in plan.requests]
    while (at := at + chance.expovariate(rps)) < seconds:
        yield at, chance.choices(paths, shares)[0]


def percentile(values: Sequence[float], percent: float) -> float:
    """The least of them that so many per cent do not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[max(0, ceil(percent / 100 * len(ordered)) - 1)] if ordered else 0.0


def came_to(drives: Sequence[Driven], limits: Limits) -> tuple[Seen, str]:
    """All of one step together, and why it did not pass; empty where it did."""
    seconds = sum(one.seconds for one in drives)
    sent, failed = sum(one.sent for one in drives), sum(one.failed for one in drives)
    latencies = [latency for one in drives for latency in one.latencies_ms]
    found = Seen(sum(one.answered for one in drives) / seconds if seconds else 0.0, percentile(latencies, 99),
                 100 * failed / sent if sent else 0.0, 0.0, sent)
    return found, beyond(found, limits)


def too_late(drives: Sequence[Driven], limits: Limits) -> str:
    """Why the generator itself is what was measured; empty where it is not."""
    late = max((one.late_ms for one in drives), default=0.0)
    if late <= LATE * limits.latency_ms:
        return ""
    return (f"the worker that makes the load was {late:.0f} ms late with it, more than a tenth of the limit of "
            f"{limits.latency_ms:.0f} ms: it has no more to give")
