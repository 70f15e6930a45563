"""What Airflow's own scheduler makes of a branch's events: whatever it hands on, a run starts after the last one."""

import pytest

from tests.world.declared import service

DAG = "api_patch_push"


class Airflow:
    """The scheduler's part that turns asset events into runs, on Airflow's own database, one turn at a time."""

    def __init__(self, bag):
        from airflow.dag_processing.dagbag import sync_bag_to_db
        from airflow.jobs.job import Job
        from airflow.jobs.scheduler_job_runner import SchedulerJobRunner
        from airflow.models.dagbundle import DagBundleModel
        from airflow.utils.session import create_session

        self.database, self.job = create_session, Job()
        self.scheduler = SchedulerJobRunner(job=self.job, num_runs=1)
        with self.database() as session:
            session.merge(DagBundleModel(name="tests"))
            session.add(self.job)
        sync_bag_to_db(bag, "tests", None)
        self.pause(False)

    def moved(self, *commits):
        """An event of the branch prod for each."""
        from airflow.assets.manager import AssetManager
        from airflow.models.asset import AssetModel
        from sqlalchemy import select

        for commit in commits:
            with self.database() as session:
                asset = session.scalar(select(AssetModel).where(AssetModel.name == "api_prod_branch"))
                AssetManager.register_asset_change(asset=asset.to_serialized(), extra={"payload": {"commit": commit}},
                                                   session=session)

    def turn(self):
        """One turn of the scheduler; the commits in the events of each run, the oldest run first."""
        from airflow.models.dagrun import DagRun
        from airflow.utils.sqlalchemy import prohibit_commit
        from sqlalchemy import select

        with self.database() as session, prohibit_commit(session) as guard:
            self.scheduler._create_dagruns_for_dags(guard, session)
        with self.database() as session:
            runs = session.scalars(select(DagRun).where(DagRun.dag_id == DAG, DagRun.run_type == "asset_triggered")
                                   .order_by(DagRun.id))
            return [[event.extra["payload"]["commit"] for event in run.consumed_asset_events] for run in runs]

    def ends(self):
        """Every run that is on its way."""
        from airflow.models.dagrun import DagRun

        with self.database() as session:
            session.query(DagRun).update({"state": "success"})

    def pause(self, is_paused):
        from airflow.models.dag import DagModel

        with self.database() as session:
            session.query(DagModel).update({"is_paused": is_paused})


@pytest.fixture
def airflow(declare, dags):
    from airflow.models.asset import AssetDagRunQueue, AssetEvent
    from airflow.models.dagrun import DagRun

    declare(api=service())
    airflow = Airflow(dags())
    yield airflow
    with airflow.database() as session:
        session.query(DagRun).filter_by(run_type="asset_triggered").delete()
        for table in (AssetDagRunQueue, AssetEvent):
            session.query(table).delete()


def test_what_comes_while_a_run_is_on_its_way_starts_one_run_after_it(airflow):
    """It is handed the first event alone, so the run must ask for the head itself."""
    airflow.moved("b")
    assert airflow.turn() == [["b"]]
    airflow.moved("c", "d", "e")
    assert airflow.turn() == [["b"]]
    airflow.ends()
    first, second = airflow.turn()
    assert (first, second[0]) == (["b"], "c")
    airflow.ends()
    assert len(airflow.turn()) == 2


def test_what_was_not_handed_on_comes_with_the_next_event(airflow):
    airflow.moved("b")
    airflow.turn()
    airflow.moved("c", "d")
    airflow.ends()
    airflow.turn()
    airflow.ends()
    airflow.moved("e")
    handed_on = [commit for run in airflow.turn() for commit in run]
    assert handed_on == ["b", "c", "d", "e"]


def test_while_the_dag_is_paused_nothing_starts_and_the_next_event_after_it_does(airflow):
    airflow.pause(True)
    airflow.moved("b")
    airflow.pause(False)
    assert airflow.turn() == []
    airflow.moved("c")
    assert airflow.turn()[-1][-1] == "c"
