"""Somebody who answers what a run asks, through Airflow's REST API, or nobody, and then Airflow's scheduler."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from airflow.utils.state import TaskInstanceState

TASK = "approve"
LATE = timedelta(seconds=1)


class Human:
    """`script`: what happens each time that the run waits. A dict is an answer that is sent (`by`, and what the page
    sends); None is nobody, until Airflow's own time-out; a function is called."""

    def __init__(self, world, api, script):
        self.world, self.api, self.script = world, api, list(script)
        self.answers, self.questions = [], []

    def __call__(self) -> bool:
        """Whether the run waits for somebody; then the next of the script happens."""
        waiting = _waiting()
        if waiting is None:
            return False
        assert self.script, "the run waits for somebody again, and nobody is left in the script"
        self.questions.append(self.api.question(waiting))
        happens = self.script.pop(0)
        if callable(happens):
            happens()
        elif happens is None:
            self._nobody(waiting)
        else:
            self.answers.append(self.api.answer(waiting, **happens))
        return True

    def _nobody(self, waiting) -> None:
        """The clock of the world goes on until the time-out that Airflow was told."""
        from airflow.jobs.job import Job
        from airflow.jobs.scheduler_job_runner import SchedulerJobRunner
        from airflow.models.taskinstance import TaskInstance

        self.world.advance((waiting.trigger_timeout - datetime.now(UTC)).total_seconds() + 1)
        with _session() as session:
            session.get(TaskInstance, waiting.id).trigger_timeout = datetime.now(UTC) - LATE
        SchedulerJobRunner(Job()).check_awaiting_input_timeouts()


class Api:
    """Airflow's API server, in this process."""

    def __init__(self, client, passwords):
        self._client, self._passwords = client, passwords

    def answer(self, waiting, by, chosen, comment=""):
        """The status of the answer."""
        sent = self._client.patch(self._address(waiting), headers=self._as(by), json={
            "chosen_options": [chosen], "params_input": {"comment": comment}})
        return sent.status_code

    def question(self, waiting):
        asked = self._client.get(self._address(waiting), headers=self._as("ada"))
        assert asked.status_code == 200, asked.text
        return asked.json()

    def _address(self, waiting):
        return (f"/api/v2/dags/{waiting.dag_id}/dagRuns/{waiting.run_id}/taskInstances/{waiting.task_id}/-1"
                "/hitlDetails")

    def _as(self, user):
        token = self._client.post("/auth/token", json={"username": user, "password": self._passwords[user]})
        return {"Authorization": f"Bearer {token.json()['access_token']}"}


def _waiting():
    from airflow.models.taskinstance import TaskInstance
    from sqlalchemy import select

    with _session() as session:
        found = session.scalar(select(TaskInstance).where(TaskInstance.task_id == TASK,
                                                          TaskInstance.state == TaskInstanceState.AWAITING_INPUT))
        session.expunge_all()
        return found


@contextmanager
def _session():
    from airflow.utils.session import create_session

    with create_session(scoped=False) as session:
        yield session
