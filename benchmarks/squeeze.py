"""How well a live squeeze finds what an instance carries, and what it costs viewers: `python -m benchmarks.squeeze`.

The local cloud with real HTTP traffic in three regions at once, real adapters, no Airflow. In each region canary after
canary, each of another capacity, is launched beside a baseline, squeezed with it, and retired; what was found is held
against what their declarations come to. In every second round the canaries stand still for a second each minute.
`--model` does the same on a clock of its own, where it does not matter how busy the machine is.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from benchmarks.local_stage import LocalStage, declared
from benchmarks.pushes import register
from benchmarks.squeeze_model import in_the_model
from benchmarks.squeeze_table import Cost, Squeezed, sides, table
from include.domain.looks import Wait
from include.domain.push import Push
from include.domain.service import Service
from include.domain.squeeze.sweet_spot import SweetSpot
from include.local_cloud import service_repository
from include.local_cloud.behaviour import Behaviour, Stall, Tail
from include.local_cloud.cloud import LocalCloud
from include.local_cloud.furnish import REGIONS, furnish
from include.ports import Metrics
from include.steps.canary.life import launch_canary, retire
from include.steps.lease import lease_key
from include.steps.squeeze.live import squeeze
from include.steps.squeeze.running import Squeezing

TIME_SCALE = 60         # minutes of the service are seconds here
PLAN = {"max_share_percent": 75, "look_every_seconds": 1, "step_minutes": 5, "limit_minutes": 600, "stop_ratio": 3,
        "cpu": "cpu.percent", "max_cpu_percent": 100}
INSTANCE_RPS = 40       # declared: less than any of them carries
RUNNING = {"us-east-1": Behaviour(slots=4, service_ms=60, spread=0.25, tail=Tail()),
           "us-west-2": Behaviour(slots=6, service_ms=80, spread=0.1, tail=Tail()),
           "eu-west-1": Behaviour(slots=8, service_ms=100, spread=0.4, tail=Tail())}
STALL = Stall(every_seconds=60, seconds=1)
SLOW = (("latency_ms.all.p50", 1.0), ("latency_ms.all.p90", 0.5), ("latency_ms.all.p99", 0.1))


class Squeezes:
    """The squeezes of one region, one after the other."""

    def __init__(self, cloud: LocalCloud, region: str, repository: Path, chance: random.Random):
        self.cloud, self.region, self.repository, self.random = cloud, region, repository, chance
        sessions = {name: cloud.session(name) for name in REGIONS}
        self.stage = LocalStage(_service(repository, region), sessions, cloud.metrics_db, lambda _: None)

    def squeeze(self, number: int) -> tuple[list[Squeezed], Cost]:
        running = RUNNING[self.region]
        behaviour = running.model_copy(update={
            "slots": self.random.choice([running.slots - 1, running.slots, running.slots + 2]),
            "service_ms": running.service_ms * self.random.uniform(0.8, 1.25),
            "stall": STALL if number % 2 else Stall()})
        commit = service_repository.commit_behaviour(
            self.repository, "another capacity", yaml.safe_dump(behaviour.model_dump(mode="json")))
        register(self.cloud.endpoint, self.region, commit, self.repository)
        push = Push(f"api-{datetime.now(UTC):%Y%m%dT%H%M%S}-{number:06x}", "api", "prod", "patch", commit, "prod",
                    f"api-{commit[:12]}", "", "benchmark", datetime.now(UTC))
        canary = self._drive(launch_canary, push)
        began, before = datetime.now(UTC), self._requests()
        spot: SweetSpot = self._drive(squeeze, canary, Squeezing())
        ended, after = datetime.now(UTC), self._requests()
        self._drive(retire, push)
        ports = self.stage.ports[self.region]
        ports.leases.release(lease_key("api", "prod", self.region), push.id)
        slow = _slow([canary.canary_asg, canary.baseline_asg], began, ended, spot.latency_limit_ms, ports.metrics)
        cost = Cost((ended - began).total_seconds(), after["sent"] - before["sent"],
                    after["failed"] - before["failed"], slow)
        print(f"{self.region} {number}: {spot.reason} ({cost.seconds:.0f} s)", flush=True)
        return sides(self.region, spot, behaviour, running), cost

    def _requests(self) -> dict[str, Any]:
        return self.cloud.state()["regions"][self.region]["requests"]

    def _drive(self, step: Any, *values: Any) -> Any:
        since = self.stage.now()
        while True:
            answer = self.stage.take(step, *values, owner=values[0].push_id if hasattr(values[0], "push_id")
                                     else values[0].id, region=self.region, since=since)
            if not isinstance(answer, Wait):
                return answer
            time.sleep(max(0.1, (answer.next_look - self.stage.now()).total_seconds()))


def _service(repository: Path, region: str) -> Service:
    service = declared(repository, [region], TIME_SCALE, instance_rps=INSTANCE_RPS)
    return Service.model_validate(service.model_dump() | {"squeeze": PLAN})


def _slow(asgs: Sequence[str], since: datetime, until: datetime, limit_ms: float, metrics: Metrics) -> float:
    """At most so many requests of the pair were slower than the limit: in a second whose median is over it all of
    them, in one whose p90 is half, in one whose p99 is a tenth."""
    names = [name for name, _ in SLOW]
    table = metrics.read(asgs, since, until, ["requests.all", *names])
    slow = 0.0
    for requests, *latencies in table.values.transpose(0, 2, 1).reshape(-1, len(table.names)):
        share = next((share for (_, share), latency in zip(SLOW, latencies, strict=True) if latency > limit_ms), 0.0)
        slow += share * requests if share else 0.0
    return slow


def main() -> int:
    told = _arguments()
    if told.model:
        return _in_the_model(told)
    with tempfile.TemporaryDirectory(prefix="serin-squeeze-") as temporary:
        folder = Path(temporary)
        repository = folder / "repository"
        service_repository.create(repository)
        with LocalCloud(folder / "cloud", told.cloud_scale) as cloud:
            for block, (region, behaviour) in enumerate(list(RUNNING.items())[:told.regions]):
                commit = service_repository.commit_behaviour(
                    repository, f"runs in {region}", yaml.safe_dump(behaviour.model_dump(mode="json")))
                furnish(cloud.endpoint, str(repository), commit, [region], size=told.size, network=cloud.network,
                        first_block=block)
            cloud.load(peak_rps=told.rps)
            time.sleep(told.warm_up)
            return _run(cloud, repository, told)


def _in_the_model(told: argparse.Namespace) -> int:
    chance, pairs = random.Random(told.seed), []
    for number in range(told.model):
        pairs.append(in_the_model(number, chance))
        print(f"squeeze {number}: {pairs[-1][1].seconds:.0f} s", flush=True)
    print(table([side for both, _ in pairs for side in both], [cost for _, cost in pairs]))
    return 0


def _run(cloud: LocalCloud, repository: Path, told: argparse.Namespace) -> int:
    regions = [Squeezes(cloud, region, repository, random.Random(f"{told.seed}{region}"))
               for region in list(RUNNING)[:told.regions]]
    ends = time.monotonic() + 60 * told.minutes

    def all_of(one: Squeezes) -> list[tuple[list[Squeezed], Cost]]:
        done = []
        for number in range(told.rounds):
            if time.monotonic() < ends:
                done.append(one.squeeze(number))
        return done

    with ThreadPoolExecutor(len(regions)) as threads:
        done = list(threads.map(all_of, regions))
    pairs = [pair for of_region in done for pair in of_region]
    print(table([side for both, _ in pairs for side in both], [cost for _, cost in pairs]))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.squeeze", description=__doc__.partition(": ")[0])
    parser.add_argument("--model", type=int, default=0, metavar="N", help="N squeezes in a model of the local cloud, "
                        "without HTTP and on a clock of its own, instead")
    parser.add_argument("--rounds", type=int, default=6, help="in each region; each squeezes two sides (6)")
    parser.add_argument("--minutes", type=float, default=120, help="no round begins after so many (120)")
    parser.add_argument("--regions", type=int, default=3, help="at once, at most 3 (3)")
    parser.add_argument("--rps", type=float, default=230, help="requests a second in each region (230)")
    parser.add_argument("--size", type=int, default=8, help="instances a region (8)")
    parser.add_argument("--cloud-scale", type=float, default=30, help="AWS seconds in one second here (30)")
    parser.add_argument("--warm-up", type=float, default=20, help="seconds of traffic before the first squeeze (20)")
    parser.add_argument("--seed", type=int, default=1, help="of the capacities (1)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
