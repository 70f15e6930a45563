"""What a requirements.txt pins."""

import pytest

from include.domain.manifest import Package
from include.domain.packages.listed import read_packages

PINNED = b"""
# made by a tool
--index-url https://someone:hunter2@pypi.example.com/simple
Flask==3.1.0 ; python_version >= "3.11" \\
    --hash=sha256:0123 \\
    --hash=sha256:4567
requests[socks]==2.32.3  # for the proxy
-e .
./vendored
player-sdk @ git+https://oauth2:ghp_16C7e42F292c6912E7710c838347Ae178B4a@git.example.com/player.git@v7?token=x
"""


def packages(text):
    return read_packages("requirements.txt", text)


def test_every_pin_is_a_package_with_its_purl():
    found = packages(PINNED)
    assert found.unread == ""
    assert found.packages == (
        Package("flask", "3.1.0", "pypi", "pkg:pypi/flask@3.1.0"),
        Package("player-sdk", "git+https://git.example.com/player.git@v7", "pypi", "pkg:pypi/player-sdk"),
        Package("requests", "2.32.3", "pypi", "pkg:pypi/requests@2.32.3"))


@pytest.mark.parametrize(("line", "says"), [
    ("urllib3>=2", "line 2: 'urllib3>=2' is not pinned: it needs == and a version"),
    ("urllib3==2.*", "line 2: 'urllib3==2.*' is not pinned: it needs == and a version"),
    ("-r base.txt", "line 2: '-r base.txt' lists more: declare that file, too"),
    ("-r https://a:hunter2@example.com/x.txt", "line 2: '-r https://example.com/x.txt' lists more"),
    ("x @ https://a:hunter2@example.com/x ??", "line 2: Expected semicolon"),
    ("-cbase.txt", "line 2: '-cbase.txt' lists more: declare that file, too"),
    ("?? what", "line 2: Expected package name"),
    ("urllib3 \\", "line 2: 'urllib3' is not pinned"),
], ids=["a range", "a prefix", "an include", "an include with a login", "no requirement with a login",
        "constraints", "no requirement", "the last line goes on"])
def test_what_may_not_be_all_is_said_with_its_line_and_the_others_are_kept(line, says):
    found = packages(f"flask==3.1.0\n{line}\n".encode())
    assert found.unread.startswith(says)
    assert [package.name for package in found.packages] == ["flask"]


def test_only_the_first_of_many_faults_are_named():
    found = packages(b"a\nb\nc\nd\ne\n")
    assert found.unread.count("line ") == 3
    assert found.unread.endswith(" and 2 more")


def test_two_pins_of_one_package_for_two_pythons_are_both_kept():
    found = packages(b'numpy==1.9; python_version < "3.12"\nnumpy==2.0; python_version >= "3.12"\n')
    assert [package.version for package in found.packages] == ["1.9", "2.0"]
