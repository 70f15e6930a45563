"""Imports point down: dags → plugins → steps | adapters → ports, catalog → domain. Only wiring knows both branches."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CORE = {"include.ports", "include.catalog", "include.domain", "include.strict_yaml"}

# What each part may import of the project; the first prefix that fits a file counts.
MAY = {
    "dags/": {"plugins", *CORE},
    "plugins/wiring.py": {"include.adapters", "plugins.runs", "plugins.meter", "plugins.kinds",
                          "plugins.repositories", "plugins.services", "plugins.sessions", *CORE},
    "plugins/kinds.py": {"include.adapters", "plugins.wiring", "plugins.sessions", *CORE},
    "plugins/chat_bot.py": {"plugins", "include.chat_bot", "include.adapters.http", "include.steps", *CORE},
    "plugins/dashboard/": {"plugins", "include.dashboard", "include.reports", "include.steps", *CORE},
    "plugins/": {"plugins", "include.steps", *CORE},
    "include/domain/": {"include.domain"},
    "include/ports.py": {"include.domain"},
    "include/catalog.py": CORE,
    "include/strict_yaml.py": {"include.domain"},
    "include/steps/": {"include.steps", "include.reports", *CORE},
    "include/adapters/": {"include.adapters", "include.ports", "include.domain"},
    "include/reports/": {"include.reports", "include.ports", "include.domain"},
    "include/local_cloud/": {"include.local_cloud", "include.domain", "include.catalog", "include.strict_yaml"},
    "include/dashboard/": {"include.dashboard", "include.steps", *CORE},
    "include/chat_bot/": {"include.chat_bot", "include.steps", *CORE},
    "include/iam/": {"include.iam", "include.adapters", *CORE},
    "include/judge/": {"include.judge", "include.reports", *CORE},
    "include/demo/": {"include.demo", "include.local_cloud", "include.adapters", "include.reports", *CORE},
}
FILES = sorted(str(path.relative_to(ROOT)) for folder in ("dags", "plugins", "include")
               for path in (ROOT / folder).rglob("*.py"))


def imported(file):
    """Every module that the file imports, at its top or inside a function."""
    for node in ast.walk(ast.parse((ROOT / file).read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def within(module, packages):
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def test_every_file_has_its_layer():
    assert not [file for file in FILES if not any(file.startswith(part) for part in MAY)]


@pytest.mark.parametrize("file", FILES)
def test_imports_point_down(file):
    allowed = next(MAY[part] for part in MAY if file.startswith(part))
    ours = [name for name in imported(file) if within(name, {"dags", "plugins", "include", "tests"})]
    assert not [name for name in ours if not within(name, allowed)]


@pytest.mark.parametrize("file", FILES)
def test_no_import_is_relative(file):
    assert not [name for name in imported(file) if name.startswith(".")]


@pytest.mark.parametrize("file", [file for file in FILES if file.startswith("include/")])
def test_nothing_that_we_include_knows_airflow(file):
    assert not [name for name in imported(file) if within(name, {"airflow"})]


@pytest.mark.parametrize("file", [file for file in FILES if file.startswith("dags/")])
def test_a_dag_file_is_the_pipeline_and_nothing_else(file):
    tree = ast.parse((ROOT / file).read_text())
    assert ast.get_docstring(tree)
    assert "\n" not in ast.get_docstring(tree)
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef)]
    assert "os" not in imported(file)
