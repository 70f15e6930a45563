"""The commands of a gate on this machine: real processes in a real checkout, and nothing of them left."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from include.adapters.branches.git import GitBranches
from include.adapters.gates import run
from include.adapters.gates.command import CommandGates
from include.domain.declared.gates import CommandGate
from include.domain.errors import BadInput, Retryable
from include.domain.looks import Look, Wait
from include.local_cloud import service_repository
from tests.adapters.cloud import eventually

BEGAN = datetime(2026, 11, 3, 10, tzinfo=UTC)
LOOK = Look(BEGAN, BEGAN)


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    folder = tmp_path_factory.mktemp("repository") / "api"
    service_repository.create(folder)
    return GitBranches(str(folder))


@pytest.fixture
def commit(repository):
    return repository.head("prod")


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Where the folders of gates lie: none must stay."""
    monkeypatch.setattr(run.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(run, "GRACE", 0.3)
    return lambda: list(tmp_path.glob("serin-gate-*"))


@pytest.fixture
def gate(repository, folders):
    """A gate of these commands; each is what a shell would run, where it is one text."""
    made = []

    def declared(*commands, limit=30.0, **settings):
        argvs = [["sh", "-c", text] if isinstance(text, str) else text for text in commands]
        gate = CommandGate.model_validate({"name": "unit", "kind": "command", "commands": argvs, **settings})
        made.append(CommandGates(gate, repository, timedelta(seconds=limit)))
        return made[-1]
    yield declared
    for one in made:
        one._close()
    assert folders() == []


def outcome(gate, commit):
    found = []

    def is_known():
        found.append(gate.outcome(commit, LOOK))
        return not isinstance(found[-1], Wait)
    eventually(is_known, "an outcome")
    return found[-1]


@pytest.fixture
def sleep():
    """A command that nobody else runs at the same time."""
    return f"sleep {10_000 + uuid4().int % 90_000}.{uuid4().int % 10_000}"


def living(command):
    return subprocess.run(["pgrep", "-f", command], capture_output=True, text=True, check=False).stdout.split()


def test_commands_run_in_the_files_of_the_commit_and_pass(gate, commit):
    found = outcome(gate("ls -a", ["sh", "-c", "echo second of $SERIN_COMMIT"]), commit)
    assert found.passed
    assert found.reason.startswith("passed after ")
    assert f"second of {commit}" in found.last_lines
    log = found.log.decode()
    assert "$ sh -c 'ls -a'" in log
    assert ".git\n" not in log
    assert "behaviour" in log or "serin" in log


def test_the_first_command_that_fails_ends_the_gate_with_its_code_and_last_lines(gate, commit):
    found = outcome(gate("echo well; echo 1 failed >&2; exit 3", "echo never"), commit)
    assert not found.passed
    assert found.reason.startswith("`sh -c 'echo well; echo 1 failed >&2; exit 3'` ended with exit code 3 after ")
    assert found.last_lines == "well\n1 failed"
    assert "never\n" not in found.log.decode()


def test_a_command_that_a_signal_killed_is_said_so(gate, commit):
    assert "was killed by signal 9" in outcome(gate("kill -9 $$"), commit).reason


@pytest.mark.parametrize(("argv", "settings", "says"), [
    (["make-believe"], {}, "`make-believe` could not be run in .: [Errno 2] No such file or directory: 'make-believe'"),
    (["./README"], {"folder": "no/such"}, "`./README` could not be run in no/such: [Errno 2]"),
    (["/"], {}, "`/` could not be run in .: [Errno 13]"),
])
def test_what_cannot_be_run_did_not_pass_and_says_why(gate, commit, argv, settings, says):
    found = outcome(gate(argv, **settings), commit)
    assert (found.passed, found.reason[:len(says)]) == (False, says)


def test_no_argument_reaches_a_shell(gate, commit, tmp_path):
    found = outcome(gate(["echo", f"$(touch {tmp_path / 'x'})", "; touch x", "$HOME"]), commit)
    assert found.last_lines == f"$(touch {tmp_path / 'x'}) ; touch x $HOME"
    assert not (tmp_path / "x").exists()


def test_nothing_of_the_workers_environment_is_handed_on(gate, commit, monkeypatch, folders):
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "postgresql://secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AIRFLOW_CONN_AWS", "aws://secret")
    log = outcome(gate(["env"], environment={"LEVEL": "3"}), commit).log.decode()
    names = {line.partition("=")[0] for line in log.splitlines() if "=" in line}
    assert names == {"PATH", "LANG", "HOME", "TMPDIR", "SERIN_COMMIT", "LEVEL"}
    assert "secret" not in log


def test_home_and_temporary_files_are_the_gates_own_and_gone_afterwards(gate, commit):
    assert outcome(gate("touch $HOME/a $TMPDIR/b; mkdir shut; touch shut/c; chmod 000 shut"), commit).passed


@pytest.mark.parametrize("stubborn", ["SLEEP", "trap '' TERM; while :; do SLEEP; done",
                                      "setsid sh -c \"trap '' TERM HUP; SLEEP; SLEEP\" & wait"],
                         ids=["obeys", "ignores SIGTERM", "in a session of its own"])
def test_at_the_limit_all_is_killed(gate, commit, stubborn, sleep):
    found = outcome(gate(stubborn.replace("SLEEP", sleep), limit=0.5), commit)
    assert not found.passed
    assert found.reason.endswith("did not end within 0:00:00.500000, and was killed")
    assert not living(sleep)


def test_what_a_command_leaves_running_is_ended_and_named_and_does_not_keep_the_gate_waiting(gate, commit, sleep):
    daemon = f"setsid sh -c '{sleep} & {sleep}' & echo started"
    found = outcome(gate(daemon), commit)
    assert found.passed
    assert "were left running, and are ended: " in found.log.decode()
    assert set(found.log.decode().rpartition("ended: ")[2].strip().split(", ")) <= {"setsid", "sh", "sleep"}
    assert not living(sleep)


def test_a_command_that_signals_its_whole_group_ends_only_itself(gate, commit):
    assert "signal 15" in outcome(gate("kill 0; sleep 5"), commit).reason


def test_of_a_long_output_both_ends_are_kept_and_the_cut_is_said(gate, commit):
    code = ("import sys; w = sys.stdout.buffer.write; w(b'begins\\n'); "
            "[w(b'x' * 1000000 + b'\\n') for _ in range(100)]; w(b'ends\\n')")
    found = outcome(gate([sys.executable, "-c", code]), commit)
    log = found.log.decode()
    assert "begins\n" in log
    assert log.endswith("ends\n")
    assert " bytes are left out here …]" in log
    assert len(found.log) < 1_200_000


def test_output_that_is_no_text_is_shown_as_far_as_it_is(gate, commit):
    found = outcome(gate("printf 'caf\\351 \\033[31mred\\000\\n'; exit 1"), commit)
    assert found.last_lines == "caf�  [31mred"
    assert "caf�" in found.log.decode("utf-8")


def test_what_fills_the_disk_is_killed(gate, commit, monkeypatch):
    found = outcome(gate("dd if=/dev/zero of=big bs=1M count=40 2>/dev/null; sleep 60", disk_mb=20), commit)
    assert not found.passed
    assert " MB of the disk are taken, and 20 MB may be" in found.reason


def test_files_that_are_declared_are_kept_and_no_link_leads_out(gate, commit, tmp_path):
    (tmp_path / "secret.xml").write_text("secret")
    made = ("mkdir junit; echo one > junit/a.xml; ln -s $PWD/junit/a.xml junit/link.xml; mkfifo junit/pipe.xml; "
            f"ln -s {tmp_path} away; ln -s loop loop; exit 1")
    found = outcome(gate(made, report=["junit/*.xml", "away/*.xml", "none/*", "loop/*"]), commit)
    assert found.report == (("junit/a.xml", b"one\n"),)
    log = found.log.decode()
    assert "'junit/link.xml' is not kept" in log
    assert "'away/secret.xml' is not kept" in log
    assert "nothing fits 'none/*'" in log


def test_while_it_runs_it_says_which_command_until_when_and_logs_what_it_prints(gate, commit, caplog):
    caplog.set_level("INFO")
    running = gate("echo 12 of 400 tests; sleep 30")
    waits = []

    def tells():
        waits.append(running.outcome(commit, LOOK))
        return caplog.messages
    assert eventually(tells, "its last line") == ["sh -c 'echo 12 of 400 tests; sleep 30' says: 12 of 400 tests"]
    assert waits[0].reason == "unit: its commands begin"
    assert waits[-1].reason == "unit: `sh -c 'echo 12 of 400 tests; sleep 30'` runs"
    assert waits[-1].gives_up == BEGAN + timedelta(seconds=30)


def test_a_commit_that_is_not_there_leaves_no_folder(gate, folders):
    with pytest.raises(BadInput, match="0000000"):
        gate("true").outcome("0" * 40, LOOK)
    assert folders() == []


def test_a_gate_is_tried_anew_after_its_outcome(gate, commit):
    again = gate("true")
    assert outcome(again, commit).passed
    assert outcome(again, commit).passed


def test_a_guard_that_was_killed_is_a_passing_fault(gate, commit, sleep):
    running = gate(sleep)
    running.outcome(commit, LOOK)
    eventually(lambda: living(sleep), "the command")
    os.kill(running._run._guard.pid, signal.SIGKILL)
    with pytest.raises(Retryable, match="died with exit code -9"):
        outcome(running, commit)
    assert not living(sleep)


def test_what_a_machine_lost_with_worker_and_guard_is_removed_by_the_next_gate_and_nothing_else(
        gate, commit, tmp_path, monkeypatch):
    running = gate("sleep 30")
    running.outcome(commit, LOOK)
    eventually((running._run._folder / "lives").exists, "its guard")
    lost, new, other = (tmp_path / name for name in ("serin-gate-lost", "serin-gate-new", "other"))
    for folder in (lost, new, other):
        (folder / "checkout").mkdir(parents=True)
    (lost / "lives").touch()
    link = tmp_path / "serin-gate-link"
    link.symlink_to(other)
    os.utime(link, (0, 0), follow_symlinks=False)
    for folder in (lost, other, running._run._folder):
        os.utime(folder, (0, 0))
    assert outcome(gate("true"), commit).passed
    assert not lost.exists()
    assert (new / "checkout").exists()
    assert (other / "checkout").exists(), "also where a link leads there"
    assert running._run.checkout.exists(), "another worker's, whose guard lives"
    new.rename(tmp_path / "seen")
    link.unlink()


def test_a_guard_that_says_nothing_long_after_the_limit_is_given_up(gate, commit):
    running = gate("sleep 30", limit=20)
    running.outcome(commit, LOOK)
    with pytest.raises(Retryable, match="says nothing, 60 s after their limit of 0:00:20"):
        running.outcome(commit, Look(BEGAN + timedelta(seconds=81), BEGAN))


def test_a_guard_is_ended_by_whoever_asked_and_by_no_signal_that_goes_to_all(gate, commit):
    running = gate("touch begun; while [ ! -e end ]; do sleep 0.05; done")
    running.outcome(commit, LOOK)
    eventually((running._run.checkout / "begun").exists, "the command")
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        os.kill(running._run._guard.pid, number)
    (running._run.checkout / "end").touch()
    assert outcome(running, commit).passed


WORKER = """
import sys, time
from include.adapters.gates import run
from datetime import UTC, datetime, timedelta
from include.adapters.branches.git import GitBranches
from include.adapters.gates.command import CommandGates
from include.domain.declared.gates import CommandGate
from include.domain.looks import Look
run.GRACE = 0.3
gate = CommandGate(name="unit", kind="command", commands=[
    ["sh", "-c", f"trap '' TERM; setsid {sys.argv[2]} & {sys.argv[2]}"]])
branches = GitBranches(sys.argv[1])
now = datetime.now(UTC)
gates = CommandGates(gate, branches, timedelta(minutes=5))
gates.outcome(branches.head("prod"), Look(now, now))
print("runs", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_worker_that_dies_takes_the_commands_and_the_folder_with_it(repository, folders, tmp_path, number, sleep):
    worker = subprocess.Popen([sys.executable, "-c", WORKER, repository._repository, sleep], stdout=subprocess.PIPE,
                              text=True, cwd=Path(__file__).parents[3], env={**os.environ, "TMPDIR": str(tmp_path)})
    assert worker.stdout.readline() == "runs\n"
    eventually(lambda: len(living(sleep)) > 3, "worker, shell and both commands")
    worker.send_signal(number)
    worker.wait()
    eventually(lambda: not living(sleep) and not folders(), "the end of all of it")
