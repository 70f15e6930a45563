"""What the task that builds an AMI does beside it."""

from types import SimpleNamespace

from include.domain.looks import Wait
from include.domain.push import Push
from plugins.operators.build import BuildAmi
from tests.plugins.context import BEGAN

PUSH = Push("api-1", "api", "integration", "patch", "a" * 40, "release", "", "", "Ada", BEGAN)
RUN = "http://airflow/dags/api_release_deploy/runs/1"


class Visit:
    """What was taken, with what was handed to it by name."""

    def __init__(self, built, run=RUN):
        self.built, self.taken = built, []
        self.ports = SimpleNamespace(runs=SimpleNamespace(this=lambda: run))

    def take(self, step, *values, **named):
        self.taken.append((step.__name__, *values, *named.values()))
        return self.built

    def everywhere(self, port, environment):
        return f"{port} of {environment}"


def built_by(visit):
    task = BuildAmi(task_id="build_ami", service="api", environment="integration", also=["staging"], push=PUSH)
    return task.step(visit)


def test_what_is_in_the_ami_and_in_what_runs_is_kept_before_the_ami_is_said_to_be_ready():
    visit = Visit(PUSH)
    assert built_by(visit) == PUSH
    kept, *runs = visit.taken[1:]
    assert kept == ("keep_what_is_in", PUSH, f"{RUN}/tasks/build_ami")
    assert [(name, push.environment, clusters) for name, push, clusters in runs] == [
        ("keep_what_runs", "integration", "clusters of integration"),
        ("keep_what_runs", "staging", "clusters of staging")]


def test_an_airflow_that_does_not_know_its_own_address_names_no_page():
    visit = Visit(PUSH, run="")
    built_by(visit)
    assert visit.taken[1] == ("keep_what_is_in", PUSH, "")


def test_while_the_ami_is_built_nothing_is_kept():
    wait = Wait("the builder works", BEGAN, BEGAN)
    visit = Visit(wait)
    assert built_by(visit) == wait
    assert [name for name, *_ in visit.taken] == ["build_ami"]
