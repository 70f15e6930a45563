"""How the results of gates are named and kept."""

import json
from datetime import UTC, datetime

from include.domain.gates import (
    GateResult,
    gates_folder,
    log_key,
    newest_results,
    next_number,
    read,
    report_key,
    result_key,
    written,
)

COMMIT = "ab" * 20
FOLDER = gates_folder("api", COMMIT)
RESULT = GateResult("api", "unit", COMMIT, passed=False, reason="exit code 1", log="s3://b/k",
                    at=datetime(2026, 11, 3, 10, tzinfo=UTC), seconds=3.5, last_lines="1 failed")


def key(kind, *of):
    return kind("api", COMMIT, *of)


def test_a_result_and_its_log_lie_beside_each_other_under_the_commit():
    assert key(result_key, "unit") == f"gates/api/{COMMIT}/unit.json"
    assert key(log_key, "unit", 2) == f"gates/api/{COMMIT}/unit-2.log"
    assert key(report_key, "unit", 2, "junit/a.xml") == f"gates/api/{COMMIT}/unit-2.report/junit/a.xml"


def test_the_newest_result_of_each_gate_counts_whatever_else_is_kept():
    keys = [key(result_key, "unit"), key(result_key, "unit", 10), key(result_key, "unit", 9),
            key(result_key, "unit_slow"), key(log_key, "unit", 11), key(report_key, "lint", 1, "unit-12.json"),
            key(report_key, "unit", 13, "lint.json")]
    assert newest_results(keys, FOLDER) == {"unit": 10, "unit_slow": 1}


def test_what_somebody_left_who_died_before_the_result_is_not_written_over():
    assert next_number([], FOLDER, "unit") == 1
    assert next_number([key(result_key, "unit"), key(log_key, "unit", 2)], FOLDER, "unit") == 3
    assert next_number([key(report_key, "unit", 4, "a.xml"), key(log_key, "lint", 7)], FOLDER, "unit") == 5


def test_a_result_is_read_as_it_was_written_also_by_an_older_and_a_newer_version():
    assert read(written(RESULT)) == RESULT
    said = json.loads(written(RESULT))
    assert read(json.dumps(said | {"colour": "red"}).encode()) == RESULT
    del said["seconds"]
    assert read(json.dumps(said).encode()).seconds == 0
