"""What docs/permissions.md says of each role, and the requests that try it."""

import re

from fastapi.testclient import TestClient

from include.demo.airflow_settings import ROOT
from tests.plugins.airflow_routes import Person, asked_for_a_go

DOCS = (ROOT / "docs/permissions.md").read_text()
PUSHES = ("patch_push", "weekly_push")
ELSEWHERE = [f"staging_{verb}" for verb in ("roll_back", "keep", "repair")]
FEW = re.compile(r"api_(?!test_(?!deploy)|integration_).*|web_(patch_push|weekly_push|hold)")   # each costs time
STARTS = {"start a push": [*PUSHES, "merge_back"], "roll back": ["roll_back", "keep", "repair"],
          "hold": ["hold", "resume"], "lift a veto": ["lift_veto"], "squeeze": ["squeeze", "calibrate", "report_now"],
          "deploy": ["test_deploy", "release_deploy", *ELSEWHERE]}


def table(first):
    """The rows of the table whose first column is called so: who, and in which columns it says yes."""
    head, rows = re.search(rf"^\| ({first} \|.*)\n\|[-|]+\n((?:\|.*\n)+)", DOCS, re.MULTILINE).groups()
    columns = [cell.strip() for cell in head.split("|")][1:-1]
    for row in rows.splitlines():
        who, *cells = (cell.replace("`", "").strip() for cell in row.strip("|").split("|"))
        assert set(cells) <= {"yes", ""}
        yield who.removeprefix("Airflow's "), {column: cell == "yes"
                                               for column, cell in zip(columns, cells, strict=True)}


FAB_TABLE, SIMPLE_TABLE = (dict(table(first)) for first in ("named for", "role"))
COLUMNS = list(FAB_TABLE["read"])


class Stage:
    """An API server, its people by their roles, and a run of each DAG."""

    def __init__(self, app, tokens, dags, user_ids=None):
        self._client, self._tokens, self.user_ids = TestClient(app, base_url="http://airflow"), tokens, user_ids
        self.runs = {dag: self.person("Admin").starts(dag).json()["dag_run_id"]
                     for dag in dags if dag.endswith(PUSHES)}

    def person(self, role):
        return Person(self._client, self._tokens.get(role, ""))

    def tries(self, column, person, service="api"):
        """Each request of the column: the status of its answer."""
        patch, weekly = (f"{service}_{verb}" for verb in PUSHES)
        if column in STARTS:
            return [person.starts(f"{service}_{verb}").status_code for verb in STARTS[column]]
        if column == "say go":
            asked_for_a_go(weekly, self.runs[weekly])
            return [person.says_go(weekly, self.runs[weekly]).status_code]
        if column == "pause a weekly push":
            return [person.pauses(weekly).status_code]
        if column == "end or clear a push":
            return [ends(dag, self.runs[dag]).status_code for dag in (patch, weekly)
                    for ends in (person.ends_run, person.ends_task, person.clears)]
        if column == "connections":
            return [person.asks("GET", "/api/v2/connections").status_code]
        return [person.asks("GET", path).status_code for path in (
            f"/api/v2/dags/{patch}", f"/api/v2/dags/{weekly}/dagRuns", f"/api/v2/dags/{service}_hold/details",
            f"/serin/{service}", f"/serin/{service}/kept/pushes/{service}/x/push.html",
            f"/serin/{service}/where?what=x")]


def answers(statuses):
    """All are allowed, or all are forbidden: a table of yes and no has no third."""
    allowed = {status < 300 for status in statuses}
    assert len(allowed) == 1, statuses
    assert set(statuses) <= {200, 201, 403}, statuses
    return allowed.pop()
