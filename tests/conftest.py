"""What every test stands on: a world of its own (no AWS account, no Airflow of the person's), and fast layers first."""

import atexit
import json
import os
import shutil
import tempfile
from pathlib import Path

from include.demo.airflow_settings import ROOT, clean_environment

# From the purest to the slowest; a folder that is not named here runs between the two ends.
FIRST = ("domain", "catalog", "steps", "stories", "laws", "reports")
LAST = ("plugins", "dags", "demo", "end_to_end")


def _own_world() -> None:
    """Before anything imports Airflow or boto3: both read the environment once."""
    home = tempfile.mkdtemp(prefix="serin-tests-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    clean = clean_environment(os.environ) | {
        "AIRFLOW_HOME": home,
        "AIRFLOW__CORE__UNIT_TEST_MODE": "True",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__ALLOWED_DESERIALIZATION_CLASSES": "include.domain.*",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__API_AUTH__JWT_SECRET": "x" * 64,
    }
    os.environ.clear()
    os.environ.update(clean)


_own_world()


def _layer(item) -> int:
    parts = Path(item.path).relative_to(ROOT / "tests").parts
    folder = parts[0].removeprefix("test_").removesuffix(".py")
    if folder in FIRST:
        return FIRST.index(folder)
    return len(FIRST) + 1 + (LAST.index(folder) if folder in LAST else -1)


def pytest_collection_modifyitems(items) -> None:
    items.sort(key=_layer)


def pytest_terminal_summary(terminalreporter) -> None:
    """What the proofs tried, in numbers."""
    for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")):
        for name, value in report.user_properties:
            if name == "tried":
                counts = ", ".join(f"{count:,} {what}" for what, count in sorted(json.loads(value).items()))
                terminalreporter.line(f"{report.nodeid.rpartition('::')[2]} tried {counts}")
