"""What is missing on a machine is said in one sentence."""

import shutil
import subprocess

import pytest

from include.demo.airflow_settings import ROOT

NEW = "#!/bin/sh\nexit 0\n"
OLD = '#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2\nexit 1\n'
NO_VENV = '#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; esac\nexit 0\n'


@pytest.fixture
def machine(tmp_path):
    """A PATH with just enough; `python3` is added by the test."""
    (tmp_path / "bin").mkdir()
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "set_up", tmp_path / ".ci")
    for tool in ("bash", "sh", "dirname", "uname", "cut", "git"):
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool))
    return tmp_path


def put(machine, name, script):
    path = machine / "bin" / name
    path.unlink(missing_ok=True)
    path.write_text(script)
    path.chmod(0o755)


def set_up(machine, **environment):
    done = subprocess.run([machine / "bin" / "bash", ".ci/set_up"], cwd=machine, capture_output=True, text=True,
                          env={"PATH": str(machine / "bin"), **environment}, check=False)
    assert done.returncode == 1
    assert not (machine / ".venv").exists()
    return done.stderr


def test_an_old_python_is_named(machine):
    put(machine, "python3", OLD)

    assert "Python 3.11 or newer is needed; found Python 3.9.2" in set_up(machine)


def test_no_python_at_all(machine):
    assert "Python 3.11 or newer is needed" in set_up(machine)


def test_the_chosen_python_is_not_replaced_by_another(machine):
    put(machine, "python3", NEW)
    put(machine, "python-of-mine", OLD)

    told = set_up(machine, PYTHON="python-of-mine")

    assert "PYTHON=python-of-mine is not Python 3.11 or newer (Python 3.9.2)" in told


def test_a_python_without_venv(machine):
    put(machine, "python3", NO_VENV)

    assert "apt-get install python3-venv" in set_up(machine)


def test_no_git(machine):
    put(machine, "python3", NEW)
    (machine / "bin" / "git").unlink()

    assert "git is needed" in set_up(machine)


def test_not_linux(machine):
    put(machine, "uname", "#!/bin/sh\necho Darwin\n")

    assert "Linux is needed (Darwin is not)" in set_up(machine)
