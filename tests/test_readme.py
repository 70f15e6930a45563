"""What the README says is so: its tree, its commands, its kinds, its settings."""

import re
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from include.demo.airflow_settings import airflow_environment
from include.local_cloud.service_repository import KINDS
from plugins import kinds

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
CODE = "\n".join(BLOCKS) + "\n".join(re.findall(r"`([^`\n]+)`", README))
TREE = next(block for block in BLOCKS if block.startswith("dags/"))


def tree():
    """The paths of the tree, whole."""
    folder = ""
    for line in TREE.splitlines():
        name = line.split()[0]
        if not line.startswith(" "):
            folder = name if name.endswith("/") else ""
        yield name if not line.startswith(" ") else folder + name


def cells(row):
    return [cell.replace("`", "").strip() for cell in row.strip("|").split("|")]


@pytest.mark.parametrize("path", list(tree()))
def test_everything_in_the_tree_is_there(path):
    assert (ROOT / path).exists()


def test_no_folder_is_missing_in_the_tree():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    folders = {path.split("/")[0] + "/" for path in tracked if "/" in path and not path.startswith(".")}
    rooms = {"/".join(path.split("/")[:2]) for path in tracked if path.startswith(("include/", "plugins/"))}
    modules = {path for path in rooms if (ROOT / path).is_dir()}
    named = {path.rstrip("/") for path in tree()} | {str(Path(path).parent) for path in tree()}

    assert {folder.rstrip("/") for folder in folders} - {"docs"} <= named
    assert modules <= named


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake (\w+)", CODE))))
def test_make_knows_every_target_that_is_named(target):
    assert subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, check=False).returncode == 0


def test_every_target_of_make_is_named():
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split()

    assert set(phony) - {"help"} == set(re.findall(r"\bmake (\w+)", CODE))


def test_every_kind_of_bad_commit_is_named():
    assert set(re.findall(r"COMMIT=(\w+)", CODE)) == set(KINDS) - {"good"}


@pytest.mark.parametrize("module", sorted(set(re.findall(r"python -m ([\w.]+)", CODE))))
def test_every_module_that_is_run_is_there(module):
    package = find_spec(module)
    assert package
    assert package.submodule_search_locations is None or find_spec(f"{module}.__main__")


def test_the_kinds_are_those_of_the_wiring():
    rows = re.search(r"^\| what \| kinds \|\n\|.*\n((?:\|.*\n)+)", README, re.MULTILINE)[1].splitlines()

    assert {what: set(kinds.split(", ")) for what, kinds in map(cells, rows)} == {
        "build": set(kinds.IMAGES), "gates": set(kinds.GATES), "metrics": set(kinds.METRICS),
        "tickets": set(kinds.TICKETS), "chat": set(kinds.CHATS)}


@pytest.mark.parametrize("setting", re.findall(r"^(\w+)=/?\S*$", "\n".join(BLOCKS), re.MULTILINE))
def test_the_demo_uses_every_setting_that_is_recommended(setting):
    said = re.search(rf"^{setting}=(.*)$", README, re.MULTILINE)[1].replace("/opt/serin", str(ROOT))

    assert airflow_environment(Path("/tmp/x"), 20_001, {})[setting] == said


@pytest.mark.parametrize("target", re.findall(r"\]\((?!http)([^)]+)\)", README))
def test_every_link_leads_somewhere(target):
    assert (ROOT / target).exists()


def test_each_sentence_has_a_line_of_its_own():
    prose = re.sub(r"^```.*?^```", "", README, flags=re.MULTILINE | re.DOTALL)
    lines = [line for line in prose.splitlines() if not line.startswith(("|", "- **"))]

    assert [line for line in lines if re.search(r"[a-z`)]\. [A-Z`]", line)] == []
