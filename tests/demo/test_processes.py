"""A demo leaves nothing running: not after Ctrl-C, and not after it was killed."""

import os
import signal
import subprocess
import sys
import time

import pytest

from include.demo import watchman
from include.demo.airflow_settings import ROOT, clean_environment
from include.demo.processes import GIVES_WAY, Processes

SLEEPER = "import time; time.sleep(300)"
# Ignores SIGTERM, in a session of its own, while its parent is gone: what Airflow's idle workers do.
STUBBORN_ORPHAN = f"""
import os, signal, time
if os.fork() == 0:
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    {SLEEPER}
"""


def eventually(holds, seconds=20):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


@pytest.fixture
def processes(tmp_path):
    made = Processes(tmp_path / "logs")
    yield made
    made.stop(grace_seconds=1)


def test_stop_ends_an_orphan_that_ignores_sigterm(processes, tmp_path):
    processes.start("orphan", [sys.executable, "-c", STUBBORN_ORPHAN], clean_environment({}), tmp_path)
    assert processes.wait("orphan", 20) == 0
    eventually(lambda: len(watchman.carrying(processes.mark)) == 1)

    processes.stop(grace_seconds=1)

    assert watchman.carrying(processes.mark) == []


def test_what_other_code_starts_inside_marked_is_ended_too(processes):
    with processes.marked():
        other = subprocess.Popen([sys.executable, "-c", SLEEPER])

    processes.stop(grace_seconds=0)

    assert other.wait(10) < 0


def test_processes_of_another_demo_are_left_alone(processes, tmp_path):
    neighbour = Processes(tmp_path / "neighbour")
    try:
        neighbour.start("sleeper", [sys.executable, "-c", SLEEPER], clean_environment({}), tmp_path)

        processes.stop(grace_seconds=0)

        assert neighbour.exit_code("sleeper") is None
    finally:
        neighbour.stop(grace_seconds=0)


def test_a_killed_demo_takes_its_processes_with_it(tmp_path):
    script = (f"import sys, time; from pathlib import Path; from include.demo.processes import GIVES_WAY, Processes\n"
              f"p = Processes(Path({str(tmp_path)!r})); print(p.mark, flush=True)\n"
              f"p.start('sleeper', [sys.executable, '-c', {SLEEPER!r}], {{}}, Path('/')); print('up', flush=True)\n"
              f"time.sleep(300)")
    demo = subprocess.Popen([sys.executable, "-c", script], env=clean_environment({}), cwd=ROOT,
                            stdout=subprocess.PIPE, text=True)
    mark = demo.stdout.readline().strip()
    assert demo.stdout.readline() == "up\n"
    assert len(watchman.carrying(mark)) == 1

    demo.kill()
    demo.wait()

    eventually(lambda: watchman.carrying(mark) == [])


def test_what_is_started_leaves_the_processor_to_the_local_cloud_on_a_busy_machine(processes, tmp_path):
    before = os.getpriority(os.PRIO_PROCESS, 0)

    processes.start("sleeper", [sys.executable, "-c", SLEEPER], clean_environment({}), tmp_path)

    (pid,) = watchman.carrying(processes.mark)
    assert os.getpriority(os.PRIO_PROCESS, pid) == max(before, GIVES_WAY)


def test_a_family_is_a_process_and_what_it_started_also_when_itself_is_dead(processes, tmp_path):
    processes.start("neighbour", [sys.executable, "-c", SLEEPER], clean_environment({}), tmp_path)
    forks = f"import os; os.fork(); {SLEEPER}"
    processes.start("parent", [sys.executable, "-c", forks], clean_environment({}), tmp_path)
    eventually(lambda: len(processes.family("parent")) == 2)
    parent = processes.pid("parent")
    (child,) = set(processes.family("parent")) - {parent}

    os.kill(parent, signal.SIGKILL)
    assert processes.wait("parent", 20) == -signal.SIGKILL

    assert processes.family("parent") == [child]


def test_an_error_can_show_the_end_of_a_log(processes, tmp_path):
    processes.start("talker", [sys.executable, "-c", "print('first'); print('last words')"], {}, tmp_path)
    assert processes.wait("talker", 20) == 0

    assert processes.last_lines("talker", 1) == "last words"
    assert processes.last_lines("never started") == "(it wrote nothing)"
