"""Pushes and rollbacks in a row under real HTTP traffic and faults: `python -m benchmarks.under_load --pushes 100`.

Three regions of the local cloud at once, real adapters, no Airflow. Every second push is marked failed by a person at
a moment of its own and rolled back; of those that succeed, some are rolled back when they are complete. The last column
is what the viewers of all regions did not get. Ctrl-C ends it with the table of what was done.
"""

import argparse
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.local_stage import LocalStage, declared
from benchmarks.weather import Weather
from include.adapters.aws_calls import made
from include.domain import asg_tags
from include.domain.asg_tags import Role
from include.domain.errors import Retryable
from include.domain.push import Push, PushEnd, PushRecord
from include.local_cloud import service_repository
from include.local_cloud.cloud import LocalCloud
from include.local_cloud.furnish import REGIONS, furnish
from include.ports import Clusters
from include.steps.images.build import build_ami
from include.steps.push.ends import finish_push
from tests.world.actors import IN_A_REGION, Actor, Pushing, RollingBack

TIME_SCALE = 60         # minutes of the service are seconds here
AFTER_AN_ERROR = 0.5    # seconds until a task that met one is taken again
CANARY_EVERY = 5        # pushes
COMPLETE_EVERY = 6      # pushes: one that is complete is rolled back by hand


class InARegion(Pushing):
    """One region's part of a push; what fails there is rolled back."""

    def __init__(self, stage: LocalStage, push: Push, region: str, *, tries_canary: bool):
        super().__init__(stage, push, tries_canary=tries_canary)
        self.todo = [task for task in self.todo if task[1] == region]

    def fails(self, why: str) -> None:
        super().fails(why)
        self.todo = [task for task in self.todo if task[0] != "finish_push"]


class UnderLoad:
    """All pushes, one after the other."""

    def __init__(self, cloud: LocalCloud, stage: LocalStage, repository: Path, chance: random.Random):
        self.cloud, self.stage, self.repository, self.random = cloud, stage, repository, chance
        self.ends: Counter[str] = Counter()
        self.complete = self.rolled_back = 0

    def push(self, number: int, rolls_back: bool) -> PushRecord:
        """One push in every region at once, to its record."""
        push = self._built(Push(f"api-{datetime.now(UTC):%Y%m%dT%H%M%S}-{number:06x}", "api", "prod", "patch",
                                service_repository.commit(self.repository, "good"), "prod", "", "", "benchmark",
                                datetime.now(UTC)))
        actors = [InARegion(self.stage, push, region, tries_canary=number % CANARY_EVERY == 0 and not place)
                  for place, region in enumerate(self.stage.regions)]
        if actors[0].todo[0][0] == "launch_canary":     # before the regions, as in the DAG
            self._drive(actors[0], until="plan")
        ends_at = self.random.choice(IN_A_REGION) if rolls_back else ""
        with ThreadPoolExecutor(len(actors)) as threads:
            list(threads.map(lambda actor: self._drive(actor, fails_at=ends_at), actors))
        self.rolled_back += any(task[0] == "roll_back" for actor in actors for task in actor.done)
        failures = {task: why for actor in actors for task, why in actor.failures.items()}
        return self._finished(push, failures)

    def puts_right(self, push_id: str) -> None:
        """What a person does after a push that needs one, or to be rid of an ASG that is kept for a look at it."""
        self._drive(RollingBack(self.stage, f"{push_id}-hand", push_id))
        self.clears_away()

    def clears_away(self) -> None:
        """The new ASGs of pushes that were rolled back: a person who has looked at them deletes them."""
        for ports in self.stage.ports.values():
            while not self._cleared(ports.clusters):
                pass

    def requests(self) -> dict[str, Any]:
        """What the viewers of all regions sent, and what they did not get."""
        regions = [region["requests"] for region in self.cloud.state()["regions"].values()]
        failures: Counter[str] = Counter()
        for region in regions:
            failures.update(region["failures"])
        return {"sent": sum(r["sent"] for r in regions), "failed": sum(r["failed"] for r in regions),
                "failures": dict(failures)}

    @staticmethod
    def _cleared(clusters: Clusters) -> bool:
        with _again():
            for asg in clusters.asgs("api-prod"):
                if asg.tags.get(asg_tags.DISABLED_BY) and asg.tags.get(asg_tags.ROLE) == Role.NEW:
                    clusters.delete(asg.name)
            return True
        return False

    def _built(self, push: Push) -> Push:
        since = self.stage.now()
        while True:
            with _again():
                answer = self.stage.take(build_ami, push, owner=push.id, region="", since=since)
                if isinstance(answer, Push):
                    return answer
                self._sleep_until(answer.next_look)

    def _drive(self, actor: Actor, fails_at: str = "", until: str = "") -> None:
        """Look until all is done; at a task of this name a person fails it, after a few looks."""
        patience = 0 if fails_at == IN_A_REGION[-1] else self.random.randint(0, 4)
        while not actor.is_done and actor.todo[0][0] != until:
            if fails_at and _has_come(actor, fails_at):
                if not patience or actor.todo[0][0] != fails_at:
                    actor.fails("marked failed by a person")
                    fails_at = ""
                patience -= 1
            task = actor.todo[0]
            next_look = actor.look()
            if next_look:
                self._sleep_until(next_look)
            elif not actor.is_done and actor.todo[0] == task:
                time.sleep(AFTER_AN_ERROR)

    def _finished(self, push: Push, failures: dict[str, str]) -> PushRecord:
        while True:
            with _again():
                record = self.stage.take(finish_push, push, failures, owner=push.id, region="", since=self.stage.now(),
                                         clusters=self.stage.of_all_regions("clusters", push.id))
                self.ends[record.end] += 1
                return record

    def _sleep_until(self, when: datetime) -> None:
        time.sleep(max(0.1, (when - self.stage.now()).total_seconds()))


def _has_come(actor: Actor, step: str) -> bool:
    return actor.todo[0][0] in IN_A_REGION[IN_A_REGION.index(step):]


@contextmanager
def _again() -> Iterator[None]:
    """A passing fault is tried again by the loop around this."""
    try:
        yield
    except Retryable:
        time.sleep(AFTER_AN_ERROR)


def main() -> int:
    signal.signal(signal.SIGINT, signal.default_int_handler)     # it is ignored in what a script puts behind
    told = _arguments()
    with tempfile.TemporaryDirectory(prefix="serin-load-") as temporary:
        return _run(told, Path(told.directory or temporary))


def _run(told: argparse.Namespace, folder: Path) -> int:
    repository = folder / "repository"
    first = service_repository.create(repository)
    with LocalCloud(folder / "cloud", told.cloud_scale) as cloud, (folder / "story.log").open("w", buffering=1) as log:
        furnish(cloud.endpoint, str(repository), first, size=told.size, network=cloud.network)
        sessions = {region: cloud.session(region) for region in REGIONS}
        stage = LocalStage(declared(repository, REGIONS, TIME_SCALE), sessions, cloud.metrics_db,
                           lambda line: print(f"{datetime.now(UTC):%H:%M:%S.%f} {line}", file=log))
        load = UnderLoad(cloud, stage, repository, random.Random(told.seed))
        cloud.load(peak_rps=told.rps)
        time.sleep(told.warm_up)
        with Weather(cloud.endpoint, REGIONS, told.seed) as weather:
            done = _pushes(load, told.pushes)
            struck = weather.struck()
        return _table(load, told, done, struck)


def _pushes(load: UnderLoad, count: int) -> int:
    done = 0
    try:
        for number in range(1, count + 1):
            began, rolls_back = time.monotonic(), number % 2 == 0
            record = load.push(number, rolls_back)
            if record.end == PushEnd.FAILURE_DIRTY or number % COMPLETE_EVERY == 1:
                load.puts_right(record.push_id)
                load.complete += record.end == PushEnd.SUCCESS
            load.clears_away()
            done, seen = number, load.requests()
            why = f"  {record.reason[:160]}" if record.end != PushEnd.SUCCESS and not rolls_back else ""
            print(f"{number:4} {'roll back' if rolls_back else 'push':9} {record.end:13} "
                  f"{time.monotonic() - began:5.0f} s  {seen['sent']:>10,} requests  {seen['failed']:>5} failed{why}",
                  flush=True)
    except KeyboardInterrupt:
        print("ended by hand", flush=True)
    return done


def _table(load: UnderLoad, told: argparse.Namespace, done: int, struck: dict[str, int]) -> int:
    seen, calls = load.requests(), made()
    rows = {"pushes": done, "pushes that were failed by a person and rolled back": load.rolled_back,
            "complete pushes that were rolled back by hand": load.complete,
            **{f"ended {end}": count for end, count in sorted(load.ends.items())},
            "regions": len(load.stage.regions), "instances a region": told.size,
            "requests a second and region": told.rps, "requests": seen["sent"],
            "requests that failed": seen["failed"],
            **{f"failed: {why}": count for why, count in seen["failures"].items()},
            **{f"faults: {kind}": count for kind, count in sorted(struck.items())},
            "faults": sum(struck.values()), "AWS calls": sum(calls.values())}
    print("\n| what | how many |\n|---|---:|")
    for what, count in rows.items():
        print(f"| {what} | {count:,} |")
    return int(seen["failed"] > 0 or load.ends[PushEnd.FAILURE_DIRTY] > 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.under_load", description=__doc__.partition(": ")[0])
    parser.add_argument("--pushes", type=int, default=100, help="(100; every second one is rolled back)")
    parser.add_argument("--rps", type=float, default=300, help="requests a second in each region (300)")
    parser.add_argument("--size", type=int, default=8, help="instances a region (8: they carry 528 a second)")
    parser.add_argument("--cloud-scale", type=float, default=30, help="AWS seconds in one second here (30)")
    parser.add_argument("--warm-up", type=float, default=20, help="seconds of traffic before the first push (20)")
    parser.add_argument("--seed", type=int, default=1, help="of the faults and of the moments to fail at (1)")
    parser.add_argument("--directory", type=Path, help="for its files and the story, kept (default: a temporary one)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
