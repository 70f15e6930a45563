"""How long the judge takes: `python -m benchmarks.judge`. CPU milliseconds of one thread, the best of some runs, beside
the time to sort the same data once and a plain loop over metrics with scipy's Mann-Whitney test.
"""

import argparse
import os
import sys
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
from scipy.stats import mannwhitneyu

from include.domain.declared.canary import CanaryPlan
from include.domain.metric_sources import MetricRule, MetricSource
from include.domain.scoring.floors import Floors, rebuilt
from include.domain.scoring.judge import judge
from include.domain.scoring.look import look
from include.domain.scoring.past import compact

SIZES = ((1_000, 60), (1_000, 480), (10_000, 60), (10_000, 480), (100_000, 60), (100_000, 480))
SOURCE = MetricSource(connection="metrics", rules=(MetricRule(pattern="critical.*", tier="critical"),
                                                   MetricRule(pattern="*.latency", tier="high", direction="higher")))
PLAN = CanaryPlan(region="us-west-2", min_requests=0)
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
LOOPED = 1_000         # metrics of the plain loop; more are its time, scaled


def telemetry(metrics: int, points: int) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Names, canary, baseline: one metric in ten counts few events, one in ten has gaps."""
    rng = np.random.default_rng(7)
    canary, baseline = (rng.lognormal(4, 0.2, (metrics, points)) for _ in range(2))
    tenth = metrics // 10
    for side in (canary, baseline):
        side[:tenth] = rng.poisson(2, (tenth, points))
        side[tenth : 2 * tenth][rng.random((tenth, points)) < 0.03] = np.nan
    return [f"service.{number:06d}.latency" for number in range(metrics)], canary, baseline


def best(run: Callable[[], object], times: int) -> float:
    """CPU milliseconds."""
    spent = []
    for _ in range(times):
        before = time.process_time()
        run()
        spent.append(1e3 * (time.process_time() - before))
    return min(spent)


def plain(canary: np.ndarray, baseline: np.ndarray) -> None:
    for one, other in zip(canary, baseline, strict=True):
        mannwhitneyu(one[np.isfinite(one)], other[np.isfinite(other)])


def peak(run: Callable[[], object]) -> float:
    """Megabytes that it takes beyond what it was given."""
    tracemalloc.start()
    run()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 1e6


def measured(metrics: int, points: int, times: int) -> str:
    names, canary, baseline = telemetry(metrics, points)
    floors = rebuilt([compact(names, canary, baseline, 60)] * 3) if metrics <= 10_000 else Floors.none()
    times = times if metrics * points < 10_000_000 else 2
    sort = best(lambda: (np.sort(canary, axis=1), np.sort(baseline, axis=1)), times)
    labels = best(lambda: look(names, canary, baseline, SOURCE, floors), times)
    verdict = best(lambda: judge(names, canary, baseline, SOURCE, PLAN, floors), times)
    worded = best(lambda: tuple(judge(names, canary, baseline, SOURCE, PLAN, floors).readings), times)
    loop = best(lambda: plain(canary[:LOOPED], baseline[:LOOPED]), 1) * max(1, metrics // LOOPED)
    memory = peak(lambda: judge(names, canary, baseline, SOURCE, PLAN, floors))
    return (f"{metrics:>8,} × {points:<4} {sort:>10.1f} {labels:>12.1f} {verdict:>13.1f} {verdict / sort:>8.1f} × "
            f"{worded:>15.1f} {loop:>16,.0f} {memory:>10.0f}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--most", type=int, default=100_000, help="metrics of the largest size")
    options.add_argument("--times", type=int, default=7, help="runs of each, of which the best counts")
    given = options.parse_args()
    if not ONE_THREAD.items() <= os.environ.items():         # read when numpy is loaded, which it is
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks.judge", *sys.argv[1:]], os.environ | ONE_THREAD)
    print(" metrics × points  sort, ms  labels, ms  verdict, ms  of a sort  all in words, ms  scipy loop, ms  peak, MB")
    for metrics, points in SIZES:
        if metrics <= given.most:
            print(measured(metrics, points, given.times), flush=True)


if __name__ == "__main__":
    main()
