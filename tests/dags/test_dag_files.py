"""The DAG files as Airflow reads them."""

import os
import subprocess
import sys

import pytest

from include.demo.airflow_settings import ROOT
from tests.world.declared import elsewhere, service

VERBS = ("test_deploy", "release_deploy", "patch_push", "roll_back", "lift_veto", "keep", "report_now", "hold",
         "resume", "repair", "calibrate", "squeeze", "merge_back", "weekly_push")
BY_HAND = tuple(f"{where}_{what}" for where in ("test", "integration", "staging")
                for what in ("roll_back", "keep", "repair"))
ALL = {"environments": elsewhere("test", "integration", "staging"),
       "weekly": {"day": "tue", "at": "10:00", "users": ["ada"]}}
SLOW = {"numpy", "scipy", "pandas", "boto3", "botocore", "pygit2"}


def test_every_declared_service_has_its_dags(declare, dags):
    declare(api=service(**ALL), web=service(service="web", **ALL))
    bag = dags()
    assert not bag.import_errors
    assert set(bag.dags) == {f"{name}_{what}" for name in ("api", "web") for what in VERBS + BY_HAND}


def test_a_broken_service_file_is_shown_and_hides_no_other(declare, dags):
    declare(api=service(**ALL), web="service: web\ncanary: {sise: 1}\n")
    bag = dags()
    assert set(bag.dags) == {f"api_{what}" for what in VERBS + BY_HAND}
    [(where, what)] = bag.import_errors.items()
    assert where.endswith("service_files.py")
    assert "web.yaml" in what
    assert "canary.sise" in what


def test_a_task_builds_the_dags_of_its_own_service_alone(declare, dags, monkeypatch):
    declare(**{name: service(service=name, **ALL) for name in ("api", "api2", "web")})
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "api2_staging_roll_back")
    assert set(dags().dags) == {f"api2_{what}" for what in VERBS + BY_HAND}


def test_the_form_of_a_dag_is_written_once_and_not_with_each_of_its_tasks(declare, dags):
    """Airflow checks each copy against a schema: of 200 services that took longer than it gives a file."""
    from airflow.serialization.serialized_objects import DagSerialization

    declare(api=service(**ALL))
    bag = dags().dags
    assert bag["api_patch_push"].params
    for dag in bag.values():
        written = DagSerialization.to_dict(dag)["dag"]
        assert [name for name, _ in written["params"]] == list(dag.params)
        asks = {"approve"}      # whose form is a question of its own
        assert {task["__var"]["task_id"] for task in written["tasks"] if task["__var"].get("params")} <= asks


@pytest.mark.parametrize("file", sorted(path.name for path in (ROOT / "dags").glob("*.py")))
def test_reading_it_imports_nothing_slow(file):
    code = f"import runpy, sys; runpy.run_path({str(ROOT / 'dags' / file)!r}); print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(ROOT)},
                           capture_output=True, text=True, check=True, timeout=60)
    assert not SLOW & set(found.stdout.split())


@pytest.mark.parametrize("dag_id", [f"api_{what}" for what in VERBS + BY_HAND])
def test_it_survives_being_written_to_airflows_database(dag_id, declare, dags):
    from airflow.serialization.serialized_objects import DagSerialization

    declare(api=service(**ALL))
    written = DagSerialization.to_dict(dags().dags[dag_id])
    assert {task.task_id for task in DagSerialization.from_dict(written).tasks} == {
        task.task_id for task in dags().dags[dag_id].tasks}
