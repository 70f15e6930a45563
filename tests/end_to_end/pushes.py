"""Pushes as the end-to-end tests start them, wait for them and see them end."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from include.demo import scene, watchman
from include.demo.airflow_runs import ENDED, wait_for
from include.demo.push_story import PushStory, line
from include.demo.stage import PUSH_DAG, Stage
from include.domain.push import PushRecord

PUSH_SECONDS = 330
QUIET_MARKETS = Path(__file__).with_name("quiet_markets.yaml")


@contextmanager
def staged(folder: Path, **declared: Any) -> Iterator[Stage]:
    """A local cloud and a real Airflow in the folder; nothing of them runs on."""
    made = Stage(folder, markets=QUIET_MARKETS, peak_rps=160, **declared)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        assert watchman.carrying(made.processes.mark) == []


@dataclass(frozen=True, repr=False)
class Ended:
    """A push at its end. `failed_outside` are the requests that failed outside the canary's share while it ran."""

    run_state: str
    record: PushRecord | None
    story: PushStory
    commits: dict[str, str]
    asgs: dict[str, list[str]]
    requests: int
    failed_outside: int

    def __repr__(self) -> str:
        """For an assertion that fails: the whole story."""
        end = f"{self.run_state}, {self.failed_outside} of {self.requests} requests failed outside the canary's share"
        told = (f"{event.at:%H:%M:%S} {event.state:7} {line(event)}" for event in self.story.events)
        return "\n".join([end, str(self.record), *told])


class Pushes:
    """Starts pushes, and waits for their end; `meanwhile` is called with the run's id once there is one."""

    def __init__(self, stage: Stage):
        self.stage, self.feed = stage, stage.feed()

    def now(self) -> tuple[dict[str, str], dict[str, list[str]]]:
        """Region to the commit that takes its traffic, and to its ASGs."""
        regions = self.feed.regions()
        return ({region.region: "/".join(sorted({group.commit for group in region.groups if group.colour == "red"}))
                 for region in regions},
                {region.region: [group.name for group in region.groups] for region in regions})

    def commit(self, kind: str, meanwhile: Callable[[str], None] = lambda run_id: None) -> Ended:
        """Commit on the prod branch, and wait for the push that follows by itself."""
        known = {run["dag_run_id"] for run in self.stage.runs.runs(PUSH_DAG)}

        def begin() -> str:
            self.stage.commit(kind)
            wait_for(lambda: len(self.stage.runs.runs(PUSH_DAG)) > len(known), 60, lambda: "no push began")
            runs = [run["dag_run_id"] for run in self.stage.runs.runs(PUSH_DAG)]
            run_id = next(run for run in runs if run not in known)
            meanwhile(run_id)
            return run_id

        return self._until_it_ends(begin)

    def push(self, commit: str, reason: str, meanwhile: Callable[[str], None] = lambda run_id: None) -> Ended:
        """Ask for a push of this commit through the REST API."""
        def begin() -> str:
            run_id = self.stage.runs.trigger(PUSH_DAG, {"commit": commit, "reason": reason}, f"test_{time.time_ns()}")
            meanwhile(run_id)
            return run_id

        return self._until_it_ends(begin)

    def _until_it_ends(self, begin: Callable[[], str]) -> Ended:
        before, known = self._served(), set(self.feed.pushes())
        state = self._wait(begin())
        requests, failed = (after - was for after, was in zip(self._served(), before, strict=True))
        push_id = next(found for found in self.feed.pushes() if found not in known)
        return Ended(state, self.feed.record(push_id), self.feed.story(push_id), *self.now(), requests, failed)

    def _wait(self, run_id: str, timeout: float = PUSH_SECONDS) -> str:
        deadline = time.monotonic() + timeout
        while (state := self.stage.runs.run(PUSH_DAG, run_id)["state"]) not in ENDED:
            self.stage.check()
            assert time.monotonic() < deadline, f"{run_id} is {state} after {timeout} s:\n{self._newest()}"
            time.sleep(1)
        return state

    def _newest(self) -> str:
        pushes = self.feed.pushes()
        return "\n".join(map(line, self.feed.story(pushes[-1]).events)) if pushes else "nothing was told"

    def _served(self) -> tuple[int, int]:
        served: list[scene.Served] = [region.served for region in self.feed.regions()]
        return sum(one.requests for one in served), sum(one.failed_outside for one in served)
