"""The ways of a commit that the demo can show, and how each begins."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from include.demo.airflow_runs import ENDED, wait_for
from include.demo.declaration import NO_OTHERS, OTHERS
from include.demo.stage import PUSH_DAG, RELEASE_DAG, TEST_DAG, WEEKLY_DAG, Stage
from include.domain.declared.environments import GOES_TO, PROD
from include.domain.errors import Final

STAGING_SECONDS = 300
APPROVE, AWAITS, NO = "approve", "awaiting_input", "Reject"
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Flow:
    """`dag` runs it, `branch` gets the commit, `environments` are those that it pushes to; `others` must be there."""

    dag: str
    branch: str
    environments: tuple[str, ...]
    others: Mapping[str, str] = field(default_factory=lambda: NO_OTHERS)

    def begin(self, stage: Stage, commit: str, tell: Tell) -> None:
        """The commit is on its branch; the rest follows by itself."""


class Weekly(Flow):
    """The commit is deployed first; then a person starts the push, as they may in Airflow at any time."""

    def begin(self, stage: Stage, commit: str, tell: Tell) -> None:
        tell(f"it is deployed to {' and '.join(GOES_TO['release'])}; a weekly push takes what is healthy in staging …")
        feed = stage.feed("staging")

        def deployed() -> bool:
            stage.check()
            records = (feed.record(push_id) for push_id in feed.pushes())
            ended = next((record for record in records if record and record.commit == commit), None)
            if ended and not ended.regions:
                raise Final(f"staging does not run {commit[:12]}, so there is nothing for a weekly push: {ended.end}")
            return ended is not None

        wait_for(deployed, STAGING_SECONDS, lambda: f"{commit[:12]} did not come to staging")
        stage.runs.trigger(self.dag, {"reason": "the demo's weekly push"}, f"demo_{commit[:12]}")
        tell(f"staging runs {commit[:12]}; {self.dag} is started")


class Question:
    """Looks whether the run waits for a person, and tells it once. Where nobody is there to click, the demo says no."""

    def __init__(self, stage: Stage, flow: Flow, tell: Tell, once: bool):
        self._stage, self._flow, self._tell, self._once = stage, flow, tell, once
        self._told = flow.dag != WEEKLY_DAG

    def look(self, run_id: str, state: str) -> None:
        if self._told or not run_id or state in ENDED:
            return
        if self._stage.runs.tasks(self._flow.dag, run_id).get(APPROVE) != AWAITS:
            return
        self._told = True
        self._tell(f"\nNothing is pushed unless somebody says so: {self._stage.home.address}/dags/{self._flow.dag}/"
                   f"runs/{run_id}/tasks/{APPROVE}/required_actions\n")
        if self._once:
            self._tell("With ONCE=1 nobody is there to click: the demo says no, and nothing is pushed.")
            self._stage.runs.answer(self._flow.dag, run_id, APPROVE, NO, "nobody is there to click")


FLOWS: dict[str, Flow] = {
    "patch": Flow(PUSH_DAG, "prod", (PROD,)),
    "weekly": Weekly(WEEKLY_DAG, "release", (PROD,), OTHERS),
    "test": Flow(TEST_DAG, "test", GOES_TO["test"], OTHERS),
    "release": Flow(RELEASE_DAG, "release", GOES_TO["release"], OTHERS),
}
