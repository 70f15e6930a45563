"""Telemetry of a canary and its baseline as a small service writes it: few requests a second over many endpoints and
devices, so most series are zeros or gaps. Seeded; the same seed gives the same numbers."""

from dataclasses import dataclass, field

import numpy as np

from include.domain.metric_sources import MetricRule, MetricSource

ENDPOINTS = ("home", "search", "title", "play", "resume", "artwork", "subtitles", "trailer",
             "profile", "watchlist", "ratings", "history", "login", "devices", "billing", "events")
DEVICES = ("tv", "phone", "tablet", "browser", "console", "stick", "projector", "speaker")
LATENCIES = (("mean", None), ("p50", 50), ("p90", 90), ("p99", 99))

SOURCE = MetricSource(connection="metrics", step_seconds=1, rules=tuple(
    MetricRule(pattern=pattern, tier=tier, group=group, direction=direction) for pattern, tier, group, direction in (
        ("errors.all", "critical", "errors", "higher"), ("latency_ms.all.*", "high", "latency", "higher"),
        ("requests.all", "high", "traffic", "lower"), ("status_5xx.*", "high", "errors", "higher"),
        ("status_4xx.*", "normal", "errors", "higher"), ("status_2xx.*", "low", "traffic", "lower"),
        ("requests.*", "low", "traffic", "either"), ("latency_ms.*", "normal", "latency", "higher"),
        ("cpu.*", "high", "machine", "higher"), ("memory.*", "high", "machine", "higher"),
        ("threads.*", "normal", "machine", "higher"), ("gc.*", "normal", "machine", "higher"))))


@dataclass(frozen=True)
class Version:
    """What one side does."""

    errors: dict[str, float] = field(default_factory=dict)     # endpoint to share
    tail: float = 0.01
    tail_times: float = 3.0
    slots: int = 4
    leak_mb_a_second: float = 0.0


def side(version: Version, load: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Series by name, for the requests a second of `load` (Poisson around it)."""
    seconds = len(load)
    counts = rng.poisson(load)
    second = np.repeat(np.arange(seconds), counts)
    weight = 1 / np.arange(1, 17) ** 0.7
    endpoint = rng.choice(16, len(second), p=weight / weight.sum())
    device = rng.choice(8, len(second), p=np.array([30, 25, 10, 15, 8, 8, 2, 2]) / 100)
    busy = counts * 0.06 / version.slots
    wait = 60 * (busy / np.maximum(1 - busy, 0.05))[second] * rng.exponential(0.3, len(second))
    latency = 60 * np.exp(rng.normal(-0.03, 0.25, len(second))) * (0.7 + 0.05 * endpoint) + wait
    latency[rng.random(len(second)) < version.tail] *= version.tail_times
    share = np.array([version.errors.get(name, 0.0) for name in ENDPOINTS])
    failed = rng.random(len(second)) < share[endpoint]
    lost = ~failed & (rng.random(len(second)) < 0.01)
    series = {"requests.all": counts.astype(float), "errors.all": _count(second, failed, seconds)}
    _latency(series, "all", second, latency, seconds)
    for e, endpoint_name in enumerate(ENDPOINTS):
        for d, device_name in enumerate(DEVICES):
            pair, name = (endpoint == e) & (device == d), f"{endpoint_name}.{device_name}"
            series[f"requests.{name}"] = _count(second, pair, seconds)
            series[f"status_5xx.{name}"] = _count(second, pair & failed, seconds)
            series[f"status_4xx.{name}"] = _count(second, pair & lost, seconds)
            series[f"status_2xx.{name}"] = _count(second, pair & ~failed & ~lost, seconds)
            _latency(series, name, second[pair], latency[pair], seconds)
    series |= _machine(version, busy, rng)
    return series


def _count(second: np.ndarray, which: np.ndarray, seconds: int) -> np.ndarray:
    return np.bincount(second[which], minlength=seconds).astype(float)


def _latency(series: dict[str, np.ndarray], name: str, second: np.ndarray, latency: np.ndarray, seconds: int) -> None:
    for quantile, _ in LATENCIES:
        series[f"latency_ms.{name}.{quantile}"] = np.full(seconds, np.nan)
    for at in np.unique(second):
        values = np.sort(latency[second == at])
        for quantile, percent in LATENCIES:
            series[f"latency_ms.{name}.{quantile}"][at] = (
                values.mean() if percent is None else values[min(len(values) - 1, int(len(values) * percent / 100))])


def _machine(version: Version, busy: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    seconds = len(busy)
    time = np.arange(seconds)
    saw = (time + rng.integers(0, 20)) % 20
    series = {
        "cpu.percent": 3 + 90 * np.minimum(busy, 1) + np.abs(wander(rng, seconds, 0.7, 1.0)),
        "memory.mb": 900 + 2.0 * saw + version.leak_mb_a_second * time + wander(rng, seconds, 0.95, 4.0),
        "threads.busy": np.minimum(busy, 1) * version.slots,
        "threads.queued": np.maximum(0.0, rng.poisson(np.maximum(busy - 0.4, 0) * 3) / 2),
        "gc.collections": rng.poisson(0.4, seconds).astype(float),
        "gc.pause_ms": rng.poisson(0.4, seconds) * rng.gamma(4, 3, seconds),
        "instances.healthy": np.full(seconds, 1.0),
        "instances.restarts": np.zeros(seconds),
    }
    for number in range(12):
        drift = wander(rng, seconds, 0.3 + 0.65 * number / 12, 0.05)
        series[f"threads.pool_{number}"] = 100 * np.exp(drift)
    return series


def wander(rng: np.random.Generator, points: int, alike: float, spread: float) -> np.ndarray:
    """An AR(1) series with this stationary spread."""
    noise = rng.normal(0, spread * np.sqrt(1 - alike**2), points)
    noise[0] = rng.normal(0, spread)
    for i in range(1, points):
        noise[i] += alike * noise[i - 1]
    return noise


def pair(canary: Version, seed: int, seconds: int = 60, rps: float = 20.0) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Names, canary and baseline (metrics × seconds), under the same load; the baseline is a good version."""
    rng = np.random.default_rng(seed)
    load = rps * (1 + 0.2 * np.sin(np.arange(seconds) / 15 + rng.uniform(0, 6)))
    sides = [side(version, load, rng) for version in (canary, Version())]
    names = sorted(sides[0])
    return names, *(np.array([series[name] for name in names]) for series in sides)


GOOD = Version()
BAD = {
    "slow_tail": Version(tail=0.05, tail_times=8),
    "errors": Version(errors={"play": 0.25}),
    "leak": Version(leak_mb_a_second=8),
    "half_capacity": Version(slots=2),
}
