"""The dashboard, by its structure: there is no Grafana here."""

import json
from itertools import combinations

import pytest

from tests.operations.exporter import OPERATIONS

BOARD = json.loads((OPERATIONS / "grafana.json").read_text())
PANELS = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
ROWS = [panel for panel in BOARD["panels"] if panel["type"] == "row"]
NAMES = [panel["title"] for panel in PANELS]
UNITS = {"s", "short", "percentunit", "reqps"}
KINDS = {"timeseries", "stat", "bargauge"}


def test_it_is_a_dashboard_that_a_grafana_of_today_takes():
    assert BOARD["schemaVersion"] >= 39
    assert (BOARD["uid"], BOARD["title"]) == ("serin", "Serin")
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])
    assert {panel["type"] for panel in PANELS} <= KINDS


def test_it_asks_for_its_prometheus_and_what_to_show():
    variables = {one["name"]: one for one in BOARD["templating"]["list"]}
    assert list(variables) == ["datasource", "service", "environment", "region"]
    assert (variables["datasource"]["type"], variables["datasource"]["query"]) == ("datasource", "prometheus")
    for name in ("service", "environment", "region"):
        assert (variables[name]["allValue"], variables[name]["includeAll"]) == (".*", True)


@pytest.mark.parametrize("panel", PANELS, ids=NAMES)
def test_each_panel_has_a_title_a_sentence_a_unit_and_asks_the_chosen_prometheus(panel):
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
    for asked in (panel, *panel["targets"]):
        assert asked["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    assert [target["refId"] for target in panel["targets"]] == [chr(65 + at) for at in range(len(panel["targets"]))]


def test_titles_are_said_once():
    assert len(set(NAMES)) == len(NAMES)


def test_the_rows_are_in_the_order_of_what_is_asked_first():
    assert [row["title"] for row in ROWS] == [
        "Pushes now", "How well it delivers", "Length of each phase", "Canaries", "Waits by reason",
        "Rollbacks and guards", "Serin's own health", "Airflow"]


def test_no_panel_lies_over_another_or_over_the_edge():
    def cells(panel):
        at = panel["gridPos"]
        return {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}

    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in BOARD["panels"])
    assert not [(one["title"], other["title"]) for one, other in combinations(BOARD["panels"], 2)
                if cells(one) & cells(other)]


def test_no_gap_is_left_between_the_panels():
    covered = sum(panel["gridPos"]["w"] * panel["gridPos"]["h"] for panel in BOARD["panels"])
    assert covered == 24 * max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in BOARD["panels"])
