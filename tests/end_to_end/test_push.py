"""A push as it is in production: real Airflow, real HTTP, nothing replaced."""

import os
import signal
from pathlib import Path

import pytest

from include.demo import watchman
from include.demo.airflow_runs import wait_for
from include.demo.stage import PUSH_DAG
from include.domain.push import PushEnd

pytestmark = pytest.mark.timeout(420)


def test_a_good_commit_reaches_all_regions_and_no_request_is_lost(stage, pushes):
    ended = pushes.commit("good")

    assert ended.run_state == "success", ended
    assert ended.record.end == PushEnd.SUCCESS, ended
    assert set(ended.commits.values()) == {ended.record.commit}, ended
    assert ended.asgs == {region: ["api-prod-v042"] for region in stage.regions}, ended
    assert ended.failed_outside == 0, ended
    assert ended.requests > 5_000


@pytest.mark.parametrize(("kind", "reason"), [("slow_tail", "latency"), ("errors", "errors")])
def test_a_bad_commit_is_a_no_go_and_changes_nothing(stage, pushes, kind, reason):
    commits, asgs = pushes.now()

    ended = pushes.push(stage.commit(kind, branch="release"), f"a commit of the kind {kind}")

    assert ended.run_state == "failed", ended
    assert ended.record.end == PushEnd.FAILURE_CLEAN, ended
    assert "no-go" in ended.story.failures[0], ended
    assert reason in ended.story.failures[0], ended
    assert (ended.commits, ended.asgs) == (commits, asgs), ended
    assert ended.failed_outside == 0, ended


def test_a_push_goes_on_when_its_worker_is_killed(stage, pushes):
    """Somewhere in a region: another worker takes the step again, and finds what was done."""
    commit, killed = stage.commit("good", branch="release"), []

    def kill_the_worker(run_id):
        task = "us_west_2.launch_new"
        wait_for(lambda: stage.runs.tasks(PUSH_DAG, run_id).get(task) == "running", 300, lambda: f"{task} never ran",
                 every=0.2)
        killed.extend(kill_worker_of(stage, stage.runs.task_instance(PUSH_DAG, run_id, task)["id"]))

    ended = pushes.push(commit, "its worker is killed", kill_the_worker)

    assert killed, f"no worker was found\n{ended}"
    assert ended.run_state == "success", ended
    assert ended.record.end == PushEnd.SUCCESS, ended
    assert set(ended.commits.values()) == {commit}, ended
    assert all(len(asgs) == 1 for asgs in ended.asgs.values()), ended
    assert ended.failed_outside == 0, ended


def kill_worker_of(stage, task_instance) -> list[int]:
    """SIGKILL to the process of the task and to the worker that supervises it; returns their ids."""
    found = [pid for pid in watchman.carrying(stage.processes.mark) if task_instance in title(pid)]
    # The worker may name the task instance too, and its parent is the scheduler, which is to go on.
    pids = {pid for pid in (*found, *map(parent, found)) if "airflow scheduler" not in title(pid)}
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    return sorted(pids)


def title(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
