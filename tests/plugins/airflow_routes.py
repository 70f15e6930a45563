"""Airflow's real API server in this process, with the DAGs of two services in its database, and one request for each
thing that a person does there."""

import json
from contextlib import contextmanager

import pytest
import yaml

from include.demo.airflow_settings import ROOT
from tests.world.declared import MARKETS, REGIONS, elsewhere, service

FAB = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"
WEEKLY = {"day": "tue", "at": "10:00"}
EVERYWHERE = elsewhere("test", "integration", "staging")
CONF = {"reason": "a test", "ami": "api-1"}
BY_HAND = {"patch_push": {"reason": "a test"}, "weekly_push": {"reason": "a test"}, "test_deploy": {"reason": "a test"},
           "release_deploy": {"reason": "a test"}, "lift_veto": CONF, "squeeze": CONF, "calibrate": {},
           "report_now": {}, "merge_back": {}}


def declare(folder, **services):
    """Service files, and markets for them; returns what names them to Serin."""
    peak = {"days": ["sat"], "start": "18:00", "end": "22:00"}
    markets = {name: {"time_zone": "UTC", "peaks": [peak],
                      "regions": [r for r, m in zip(REGIONS, MARKETS, strict=True) if m == name]}
               for name in set(MARKETS)}
    (folder / "services").mkdir()
    (folder / "markets.yaml").write_text(yaml.safe_dump(markets))
    for name, changes in services.items():
        declared = service(service=name, environments=EVERYWHERE, **changes)
        (folder / "services" / f"{name}.yaml").write_text(
            yaml.safe_dump(declared.model_dump(mode="json", exclude_unset=True)))
    return {"SERIN_SERVICES": str(folder / "services"), "SERIN_MARKETS": str(folder / "markets.yaml")}


@contextmanager
def declared(folder, services):
    """Airflow's database, these services, and a dashboard of which alone it is asked who may see it. The database is
    made anew at the end: runs that wait in it would be others' runs to the tests that follow in this process."""
    from airflow.utils.db import initdb, resetdb

    from plugins.dashboard import app

    initdb()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in declare(folder, **services).items():
            patch.setenv(name, value)
        patch.setattr(app, "Kept", Kept)
        patch.setattr(app, "dashboard_page", lambda *_: "a page")
        yield
    resetdb()


class Kept:
    def view(self, service, now):
        return service

    def read(self, service, key):
        return b"kept"

    def where(self, service, what):
        return ["nowhere"]


def keep_dags(which):
    """As the DAG processor does after it has read the files, with those whose ids match; returns their ids, and what it
    could not keep."""
    from airflow.dag_processing.collection import update_dag_parsing_results_in_db
    from airflow.dag_processing.dagbag import DagBag
    from airflow.models.errors import ParseImportError
    from airflow.serialization.serialized_objects import LazyDeserializedDAG
    from airflow.utils.session import create_session
    from sqlalchemy import select

    bag = DagBag(str(ROOT / "dags"))
    kept = sorted(dag for dag in bag.dags if which.fullmatch(dag))
    with create_session() as session:
        _bundle(session)
        update_dag_parsing_results_in_db(
            "dags-folder", None, [LazyDeserializedDAG.from_dag(bag.dags[dag]) for dag in kept], {}, None, set(),
            session)
        wrong = [error.stacktrace for error in session.scalars(select(ParseImportError))]
    return kept, wrong


def _bundle(session):
    from airflow.models.dagbundle import DagBundleModel

    if session.get(DagBundleModel, "dags-folder") is None:
        session.add(DagBundleModel(name="dags-folder"))
        session.flush()


@contextmanager
def api_server(**settings):
    """Airflow's app, with Serin's dashboard as its API server mounts it."""
    from airflow.api_fastapi.app import create_app, purge_cached_app

    from plugins.dashboard.app import make_app

    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        purge_cached_app()
        app = create_app(apps="core")
        app.mount("/serin", make_app())
        app.router.routes.insert(0, app.router.routes.pop())    # before the UI, which answers to every path
        yield app
        purge_cached_app()


class Person:
    """Somebody with a token, or without one."""

    def __init__(self, client, token=""):
        self._client, self._headers = client, {"Authorization": f"Bearer {token}"} if token else {}

    def asks(self, method, path, body=None):
        return self._client.request(method, path, json=body, headers=self._headers)

    def starts(self, dag):
        return self.asks("POST", f"/api/v2/dags/{dag}/dagRuns",
                         {"logical_date": None, "conf": BY_HAND.get(dag.partition("_")[2], {"reason": "a test"})})

    def pauses(self, dag):
        return self.asks("PATCH", f"/api/v2/dags/{dag}", {"is_paused": True})

    def ends_run(self, dag, run):
        return self.asks("PATCH", f"/api/v2/dags/{dag}/dagRuns/{run}", {"state": "failed"})

    def ends_task(self, dag, run):
        return self.asks("PATCH", f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances/start_push", {"new_state": "failed"})

    def clears(self, dag, run):
        return self.asks("POST", f"/api/v2/dags/{dag}/clearTaskInstances",
                         {"dry_run": False, "dag_run_id": run, "task_ids": ["start_push"], "only_failed": False})

    def says_go(self, dag, run):
        return self.asks("PATCH", f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances/approve/-1/hitlDetails",
                         {"chosen_options": ["Push it"], "params_input": {"comment": "fine"}})

    def edits_xcom(self, dag, run):
        return self.asks("POST", f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances/approve/xcomEntries",
                         {"key": "return_value", "value": json.dumps("go"), "map_index": -1})


def asked_for_a_go(dag, run, users=()):
    """The run waits for somebody, as `Approve` leaves it."""
    from airflow.models.hitl import HITLDetail
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        ti = session.scalar(select(TaskInstance).where(
            TaskInstance.dag_id == dag, TaskInstance.run_id == run, TaskInstance.task_id == "approve"))
        ti.state = "awaiting_input"
        session.merge(HITLDetail(ti_id=ti.id, options=["Push it", "Reject"], subject="Push it?", body="",
                                 defaults=None, multiple=False, params={}, responded_at=None, responded_by=None,
                                 chosen_options=None, params_input={},
                                 assignees=[{"id": user, "name": user} for user in users] or None))
