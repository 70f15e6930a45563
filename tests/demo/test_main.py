"""The demo as a person runs it: what it refuses, and that it leaves nothing running however it ends."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from include.demo.airflow_settings import ROOT, clean_environment


def demo(*arguments):
    return subprocess.Popen([sys.executable, "-m", "include.demo", *arguments], cwd=ROOT, env=clean_environment({}),
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def mentioning(text):
    """Living processes with this text in their command or their environment."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            seen = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            if text.encode() in seen and process.name.isdigit():
                found.append(int(process.name))
        except OSError:
            continue
    return found


def test_a_kind_of_commit_that_is_not_known_is_refused_with_those_that_are():
    told, _ = (process := demo("--commit", "superb")).communicate(timeout=60)

    assert process.returncode == 2
    assert "superb" in told
    assert "slow_tail" in told


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGKILL, -9)])
def test_nothing_is_left_running_however_the_demo_is_ended(tmp_path, number, code):
    process = demo("--once", "--folder", str(tmp_path))
    assert any("answers as AWS" in line for line in process.stdout)
    assert len(mentioning(str(tmp_path))) >= 3  # itself, control and data

    process.send_signal(number)

    assert process.wait(60) == code
    deadline = time.monotonic() + 30
    while left := mentioning(str(tmp_path)):
        assert time.monotonic() < deadline, left
        time.sleep(0.1)
