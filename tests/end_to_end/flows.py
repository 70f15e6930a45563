"""Runs of all DAGs as the end-to-end tests wait for them, and see what every environment runs."""

import time
from collections.abc import Callable
from typing import Any

from include.adapters.branches.git import remote_head
from include.demo.airflow_runs import ENDED
from include.demo.push_story import line
from include.demo.stage import WEEKLY_DAG, Stage
from include.domain.push import PushRecord

SECONDS = 600
APPROVE = "approve"


class Flows:
    """What happened, and what is waited for."""

    def __init__(self, stage: Stage):
        self.stage = stage
        self.feeds = {name: stage.feed(name) for name in stage.service.environments}

    def head(self, branch: str) -> str | None:
        return remote_head(str(self.stage.repository), branch)

    def runs_in(self, environment: str) -> set[str]:
        """The commits that its regions' red ASGs run."""
        return {group.commit for region in self.feeds[environment].regions() for group in region.groups
                if group.colour == "red"}

    def record(self, environment: str, commit: str) -> PushRecord | None:
        """How the push of this commit to the environment ended, once it has."""
        feed = self.feeds[environment]
        records = (feed.record(push_id) for push_id in feed.pushes())
        return next((record for record in records if record and record.commit == commit), None)

    def ended(self, environment: str, commit: str) -> PushRecord:
        self.until(lambda: self.record(environment, commit), f"{commit[:12]} never ended in {environment}")
        return self.record(environment, commit)

    def weekly(self, name: str) -> str:
        """A weekly push is started through the REST API; returns its run when it waits for a person."""
        run = self.stage.runs.trigger(WEEKLY_DAG, {"reason": name}, f"{name}_{time.time_ns()}")
        self.until(lambda: self._asks_or_ended(run), f"{run} asked nobody")
        assert self.task(run, APPROVE) == "awaiting_input", self.stories("prod")
        return run

    def question(self, run: str) -> dict[str, Any]:
        return self.stage.runs.ask("GET", f"{self._approve(run)}/hitlDetails")

    def answer(self, run: str, option: str, comment: str) -> None:
        self.stage.runs.ask("PATCH", f"{self._approve(run)}/hitlDetails",
                            json={"chosen_options": [option], "params_input": {"comment": comment}})

    def address_of_question(self, run: str) -> str:
        return f"{self.stage.home.address}/dags/{WEEKLY_DAG}/runs/{run}/tasks/{APPROVE}/required_actions"

    def task(self, run: str, task: str) -> str | None:
        return self.stage.runs.task_instance(WEEKLY_DAG, run, task)["state"]

    def state(self, dag: str, run: str) -> str:
        return self.stage.runs.run(dag, run)["state"]

    def states(self, *dags: str) -> dict[str, set[str]]:
        """How the runs of each DAG ended, when none is on its way any more."""
        def all_ended() -> bool:
            return all(run["state"] in ENDED for dag in dags for run in self.stage.runs.runs(dag))
        self.until(all_ended, f"{', '.join(dags)}: some still run")
        return {dag: {run["state"] for run in self.stage.runs.runs(dag)} for dag in dags}

    def served(self) -> tuple[int, int]:
        """All requests of prod's viewers, and those that failed outside the canary's share."""
        seen = [region.served for region in self.feeds["prod"].regions()]
        return sum(one.requests for one in seen), sum(one.failed_outside for one in seen)

    def until(self, holds: Callable[[], Any], otherwise: str, seconds: float = SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            self.stage.check()
            assert time.monotonic() < deadline, f"{otherwise} (waited {seconds:.0f} s)\n{self.stories()}"
            time.sleep(1)

    def stories(self, *environments: str) -> str:
        """For an assertion that fails: what each push said."""
        return "\n".join(f"{push_id}  {event.at:%H:%M:%S} {event.state:7} {line(event)}"
                         for name in environments or self.feeds for push_id in self.feeds[name].pushes()
                         for event in self.feeds[name].story(push_id).events)

    def _asks_or_ended(self, run: str) -> bool:
        return self.task(run, APPROVE) == "awaiting_input" or self.state(WEEKLY_DAG, run) in ENDED

    def _approve(self, run: str) -> str:
        return f"dags/{WEEKLY_DAG}/dagRuns/{run}/taskInstances/{APPROVE}/-1"
