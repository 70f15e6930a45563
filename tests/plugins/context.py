"""What Airflow hands an operator, in memory: one task that may be tried several times."""

import logging
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from include.domain.looks import Look
from plugins.operators.step import StepOperator
from tests.world.declared import service
from tests.world.records import InMemoryArchive, InMemoryChat, InMemoryMeter

BEGAN = datetime(2026, 11, 3, 10, tzinfo=UTC)


class Task:
    """A task instance with its XComs and its store, and the run it belongs to."""

    def __init__(self, task_id="us_east_1.holds", tries=6, **run):
        self.ti = SimpleNamespace(
            task_id=task_id, dag_id="api_patch_push", run_id="manual__1", try_number=1, max_tries=tries - 1,
            xcom_push=self._push, xcom_pull=self._pull, get_task_states=lambda **_: {"manual__1": self.states})
        self.xcoms, self.states, self.stored = {}, {}, {}
        self.run = SimpleNamespace(**{"run_id": "manual__1", "run_after": BEGAN, "conf": {},
                                      "triggering_user_name": None} | run)
        store = SimpleNamespace(get=self.stored.get, set=self.stored.__setitem__)
        self.context = {"ti": self.ti, "dag_run": self.run, "task_state_store": store, "params": {}}

    def _push(self, key, value):
        self.xcoms[self.ti.task_id, key] = value

    def _pull(self, task_ids, key="return_value"):
        return self.xcoms.get((task_ids, key))

    @property
    def says(self):
        return self.xcoms.get((self.ti.task_id, "says"))


class Ports(SimpleNamespace):
    """Only what every task needs."""

    def __init__(self, region="us-east-1"):
        super().__init__(service=service(), environment="prod", region=region, archive=InMemoryArchive(),
                         chat=InMemoryChat(), meter=InMemoryMeter())

    @property
    def events(self):
        return [(event.state, event.text) for told in self.archive.said.values() for event in told]


def scripted(*answers):
    """A task whose step answers so, one after the other; an exception is raised, a function called with the visit."""
    return Scripted(task_id="holds", service="api", region="us-east-1", answers=answers)


class Scripted(StepOperator):
    def __init__(self, *, answers, **kwargs):
        super().__init__(**kwargs)
        self.answers, self.looks = list(answers), []

    def step(self, visit):
        self.looks.append(visit.look)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer(visit) if callable(answer) else answer

    def says(self, value):
        return f"{value} it is"


class Clock:
    """Time that only a sleep moves."""

    def __init__(self):
        self.now, self.slept = BEGAN, []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


LOG = logging.getLogger("tests")
LOOK = Look(BEGAN, BEGAN)
