"""docs/metrics.md says what the table, the alarms and docker-compose.yaml say."""

import re
from pathlib import Path

import pytest

from include.domain.own_metrics.table import TABLE
from tests.operations.queries import of_the_alarms

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "metrics.md").read_text()
SETTINGS = re.findall(r"^(AIRFLOW__METRICS__\w+)=(\S+)$", PAGE, re.MULTILINE)


def rows(heading):
    table = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    found = re.findall(r"^\| `.*$", table, re.MULTILINE)
    return [[cell.strip() for cell in row.strip("| ").split(" | ")] for row in found]


def link(rule):
    """From this page."""
    return re.sub(r"^docs/(metrics\.md)?", "", rule["annotations"]["runbook"])


def test_each_metric_has_its_row():
    assert rows("The metrics") == [[f"`{metric.seen_as}`", str(metric.kind), metric.unit, ", ".join(metric.labels),
                                   metric.means] for metric in TABLE]


def test_each_alarm_has_its_row_and_leads_to_what_to_do():
    found = {name.strip("`"): (severity, re.search(r"\((.*)\)", leads)[1])
             for name, severity, leads in rows("The alarms")}
    assert found == {name: (rule["labels"]["severity"], link(rule)) for name, rule in of_the_alarms().items()}


@pytest.mark.parametrize(("setting", "value"), SETTINGS)
def test_docker_compose_sets_what_the_page_says(setting, value):
    said = re.search(rf"^ +{setting}: (.*)$", (ROOT / "docker-compose.yaml").read_text(), re.MULTILINE)
    assert said
    assert value in said[1] or said[1] == "${SERIN_METRICS:-False}"


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`(include/\S+)`", PAGE))))
def test_every_file_that_is_named_is_there(path):
    assert (ROOT / path).exists()
