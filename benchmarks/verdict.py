"""How often the judge is right, on series of known truth: `python -m benchmarks.verdict`. Seeded.

A service of 1,000 metrics: levels and log-normal values that wander, counts many and few; every machine is a little
off, and stays so. Its past canaries give the floors, or the instances that prod has in each canary's own hours; then
good canaries, and bad ones of several sizes, are judged.
"""

import argparse

import numpy as np
from scipy.signal import lfilter

from include.domain.canary import Decision
from include.domain.declared.canary import CanaryPlan
from include.domain.metric_sources import MetricRule, MetricSource
from include.domain.scoring.early import overwhelming_harm
from include.domain.scoring.floors import Floors, rebuilt
from include.domain.scoring.instances import filled, of_instances
from include.domain.scoring.judge import judge
from include.domain.scoring.past import compact

TIERS = {"critical": 20, "high": 100, "normal": 500, "low": 380}
NAMES = [f"{tier}.{number:04d}" for tier, count in TIERS.items() for number in range(count)]
IMPORTANT = TIERS["critical"] + TIERS["high"]
METRICS = len(NAMES)
SOURCE = MetricSource(connection="metrics", requests="high.0000", errors="high.0001", latency="high.0002",
                      rules=tuple(MetricRule(pattern=f"{tier}.*", tier=tier) for tier in TIERS))
LOOKS = 20
PLAN = CanaryPlan(region="us-west-2", min_requests=0, look_every_minutes=8 * 60 / LOOKS)
BAD = ((1, 1.5), (3, 1.25), (10, 1.10))
STEP_SECONDS = 60


class World:
    """The same metrics in every canary; load, machines and noise anew."""

    def __init__(self, points: int):
        what = np.random.default_rng(1)
        self.points = points
        self.sort = what.integers(0, 4, METRICS)
        self.alike = what.choice([0.0, 0.5, 0.9], METRICS, p=[0.5, 0.3, 0.2])
        self.swing = np.exp(what.uniform(np.log(0.005), np.log(0.1), METRICS))[:, None]
        self.chronic = np.exp(what.uniform(np.log(0.001), np.log(0.02), METRICS))
        self.rate = np.exp(what.uniform(np.log(2), np.log(200), METRICS))[:, None]

    def sides(self, rng: np.random.Generator, count: int = 2) -> list[np.ndarray]:
        load = 1 + 0.3 * np.sin(np.arange(self.points) / 80 + rng.uniform(0, 6))
        return [self._side(rng, load) for _ in range(count)]

    def _side(self, rng: np.random.Generator, load: np.ndarray) -> np.ndarray:
        noise = rng.normal(0, 1, (METRICS, self.points + 60))
        for alike in np.unique(self.alike):
            rows = self.alike == alike
            noise[rows] = lfilter([np.sqrt(1 - alike**2)], [1, -alike], noise[rows], axis=1)
        noise = self.swing * noise[:, 60:]
        machine = np.exp(rng.normal(0, 1, METRICS) * self.chronic)[:, None]
        rate = self.rate * load * machine
        sorts = [100 * load * machine * np.maximum(1 + noise, 0), 50 * np.sqrt(load) * machine * np.exp(2 * noise),
                 rng.poisson(100 * rate * np.exp(noise - self.swing**2 / 2)), rng.poisson(rate)]
        return np.choose(self.sort[:, None], sorts).astype(float)


def worse(canary: np.ndarray, metrics: int, times: float, rng: np.random.Generator) -> np.ndarray:
    """Some important metrics are higher; counts stay whole."""
    rows = rng.choice(IMPORTANT, metrics, replace=False)
    whole = (canary[rows] == np.rint(canary[rows])).all(axis=1, keepdims=True)
    higher = canary[rows] * times
    changed = canary.copy()
    changed[rows] = np.where(whole, rng.poisson(higher), higher)
    return changed


class Prod:
    """Pairs of canary and baseline, and the floors that are known of them: one for all, or each pair's own."""

    def __init__(self, world: World, floors: Floors, instances: int = 0):
        self.world, self._floors, self._instances = world, floors, instances

    def pair(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, Floors]:
        canary, baseline, *others = self.world.sides(rng, 2 + self._instances)
        if not others:
            return canary, baseline, self._floors
        return canary, baseline, filled(self._floors, of_instances(NAMES, np.array(others), 1, STEP_SECONDS))


def history(world: World, canaries: int) -> Floors:
    pairs = (world.sides(np.random.default_rng([2, number])) for number in range(canaries))
    return rebuilt([compact(NAMES, *pair, STEP_SECONDS) for pair in pairs])


def verdicts(prod: Prod, runs: int) -> None:
    scores, alarms, units = [], 0, 0
    for run in range(runs):
        rng = np.random.default_rng([3, run])
        canary, baseline, floors = prod.pair(rng)
        judgement = judge(NAMES, canary, baseline, SOURCE, PLAN, floors)
        unit = 10.0 ** rng.uniform(-9, 9, (METRICS, 1))
        other = judge(NAMES, canary * unit, baseline * unit, SOURCE, PLAN, floors)
        units += sum(a.state != b.state for a, b in zip(_by_name(judgement), _by_name(other), strict=True))
        alarms += sum(reading.state in ("hot", "cold") for reading in judgement.readings)
        scores.append(judgement.score)
    _say("good: false alarm per metric", alarms / METRICS / runs, 3)
    _say("good: under 95", np.mean(np.array(scores) < 95))
    print(f"  good: labels that change with the unit, ×10⁻⁹ … ×10⁹{units:>17}")
    for metrics, times in BAD:
        through = 0
        for run in range(runs):
            rng = np.random.default_rng([4, metrics, run])
            canary, baseline, floors = prod.pair(rng)
            found = judge(NAMES, worse(canary, metrics, times, rng), baseline, SOURCE, PLAN, floors)
            through += found.decision == Decision.GO
        _say(f"bad: {metrics} important +{times - 1:.0%}, let through", through / runs)


def early(world: World, floors: Floors, runs: int) -> None:
    def ended(canary: np.ndarray, baseline: np.ndarray) -> float:
        for look in range(1, LOOKS + 1):
            upto = world.points * look // LOOKS
            if overwhelming_harm(NAMES, canary[:, :upto], baseline[:, :upto], SOURCE, PLAN, world.points, floors):
                return look / LOOKS
        return np.inf

    good = [ended(*world.sides(np.random.default_rng([5, run]))) for run in range(runs)]
    _say(f"good: ended early in {LOOKS} looks", np.mean(np.isfinite(good)))
    for metrics, times in BAD[:2]:
        rngs = [np.random.default_rng([6, metrics, run]) for run in range(runs)]
        pairs = ((rng, *world.sides(rng)) for rng in rngs)
        when = [ended(worse(canary, metrics, times, rng), baseline) for rng, canary, baseline in pairs]
        _say(f"bad: {metrics} important +{times - 1:.0%}, ended early", np.mean(np.isfinite(when)))
        _say("     median share of the window", np.median(when))


def _by_name(judgement: object) -> list:
    return sorted(judgement.readings, key=lambda reading: reading.name)


def _say(what: str, share: float, digits: int = 1) -> None:
    print(f"  {what:<52}{'never' if np.isinf(share) else f'{100 * share:.{digits}f} %':>18}", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--points", default="60,480", help="of the window, in one-minute points")
    options.add_argument("--runs", type=int, default=40, help="canaries of each sort")
    options.add_argument("--history", type=int, default=30, help="past canaries")
    options.add_argument("--instances", default="2,4,10", help="of prod, where there are no past canaries")
    given = options.parse_args()
    for points in map(int, given.points.split(",")):
        world = World(points)
        known = history(world, given.history)
        _head(points, f"{given.history} good canaries")
        verdicts(Prod(world, known), given.runs)
        early(world, known, given.runs)
        for instances in map(int, given.instances.split(",")):
            _head(points, f"{instances} instances of prod")
            verdicts(Prod(world, Floors.none(), instances), given.runs)
        _head(points, "nothing")
        verdicts(Prod(world, Floors.none()), given.runs)


def _head(points: int, floors: str) -> None:
    print(f"{points} points, {METRICS:,} metrics, floors from {floors}:", flush=True)


if __name__ == "__main__":
    main()
