"""What the graph of a deploy promises, as Airflow reads it."""

from types import SimpleNamespace

import pytest

from tests.world.declared import elsewhere, service

BOTH = ("integration", "staging")


@pytest.fixture
def deploys(declare, dags):
    def deploys(branch, **settings):
        declare(api=service(environments=elsewhere("test", *BOTH), **settings))
        bag = dags()
        assert not bag.import_errors
        return bag.dags[f"api_{branch}_deploy"]
    return deploys


def upstream(dag, task):
    return dag.get_task(task).upstream_task_ids


def before(dag, task):
    """All that must be done before it."""
    return {one.task_id for one in dag.get_task(task).get_flat_relatives(upstream=True)}


def test_no_environment_waits_for_the_other(deploys):
    dag = deploys("release")
    for name, other in (BOTH, BOTH[::-1]):
        assert not {task for task in before(dag, f"{name}.finish_deploy") if task.startswith(f"{other}.")}
        assert before(dag, f"{name}.begin") >= {"start_deploy", "build_ami"}


def test_no_ami_goes_anywhere_before_all_gates_are_green(deploys):
    gates = [{"name": name, "kind": "command", "commands": [["make", "test"]]} for name in ("unit", "regression")]
    dag = deploys("release", gates=gates)
    for name in BOTH:
        assert upstream(dag, f"{name}.begin") >= {"build_ami", "gates.unit", "gates.regression"}


def test_a_deploy_has_no_canary(deploys):
    assert not [task.task_id for task in deploys("test").tasks if "canary" in task.task_id]


def test_whatever_happens_each_environment_is_undone_and_recorded(deploys):
    dag = deploys("release")
    assert {task.task_id for task in dag.tasks if task.is_teardown} == {
        f"{name}.{task}" for name in BOTH for task in ("us_east_1.roll_back", "finish_deploy")}
    assert all(upstream(dag, f"{name}.finish_deploy") >= {f"{name}.us_east_1.roll_back"} for name in BOTH)


def test_the_run_is_as_red_as_the_worst_of_its_environments(deploys):
    """By Airflow's own rule: a run is as its effective leaves."""
    from airflow.models.dagrun import DagRun

    dag = deploys("release")
    every = [_Hashable(task_id=task.task_id, state="success") for task in dag.tasks]
    deciding = DagRun._tis_for_dagrun_state(None, dag=dag, tis=every)
    assert {ti.task_id for ti in deciding} == {f"{name}.finish_deploy" for name in BOTH}


class _Hashable(SimpleNamespace):
    __hash__ = object.__hash__


def test_only_what_is_declared_has_a_dag(declare, dags):
    declare(api=service(environments=elsewhere("staging")))
    found = dags().dags
    assert "api_test_deploy" not in found
    assert [task.task_id for task in found["api_release_deploy"].tasks if task.task_id.endswith("begin")] == [
        "staging.begin"]


@pytest.mark.parametrize("branch", ["test", "release"])
def test_one_deploy_of_a_branch_at_a_time(branch, deploys):
    assert deploys(branch).max_active_runs == 1


def test_only_the_first_region_of_a_deploy_gives_way(declare, dags):
    there = elsewhere("test")
    there["test"]["regions"].append({"region": "eu-west-1", "load_balancer": "api-test", "target_group": "api-test"})
    declare(api=service(environments=there))
    dag = dags().dags["api_test_deploy"]
    assert [dag.get_task(f"test.{region}.off_peak").gives_way for region in ("us_east_1", "eu_west_1")] == [True, False]
