"""What the graph promises, as Airflow reads it."""

from types import SimpleNamespace

import pytest


@pytest.fixture
def declared(declare, dags):
    from tests.world.declared import service

    def patch_push(**settings):
        declare(api=service(**settings))
        bag = dags()
        assert not bag.import_errors
        return bag.dags["api_patch_push"]
    return patch_push


@pytest.fixture
def push(declared):
    return declared()


def upstream(dag, task):
    return dag.get_task(task).upstream_task_ids


def test_no_region_begins_before_the_score_is_go_and_the_canary_is_gone(push):
    assert upstream(push, "us_east_1.off_peak") >= {"canary.score", "canary.retire"}
    assert push.get_task("us_east_1.off_peak").trigger_rule == "all_success"


def test_regions_are_pushed_one_after_the_other(push):
    assert upstream(push, "us_west_2.off_peak") == {"us_east_1.delete_baseline"}
    assert upstream(push, "eu_west_1.off_peak") == {"us_west_2.delete_baseline"}


def test_everything_that_repairs_runs_whatever_happened_also_when_a_person_ends_the_run(push):
    teardowns = {task.task_id for task in push.tasks if task.is_teardown}
    assert teardowns == {"canary.retire", "us_east_1.roll_back", "us_west_2.roll_back", "eu_west_1.roll_back",
                         "finish_push"}


def test_finish_push_looks_last(push):
    repairs = {task.task_id for task in push.tasks if task.is_teardown} - {"finish_push"}
    assert upstream(push, "finish_push") >= repairs


def test_finish_push_alone_decides_the_colour_of_the_run(push):
    assert deciding(push) == {"finish_push"}


def deciding(dag):
    """By Airflow's own rule: a run is as its effective leaves."""
    from airflow.models.dagrun import DagRun

    every = [_Hashable(task_id=task.task_id, state="success") for task in dag.tasks]
    return {ti.task_id for ti in DagRun._tis_for_dagrun_state(None, dag=dag, tis=every)}


class _Hashable(SimpleNamespace):
    __hash__ = object.__hash__


def test_whatever_waits_or_acts_is_tried_again_after_a_crash(push):
    assert min(task.retries for task in push.tasks) >= 3
    assert push.get_task("us_east_1.roll_back").retries > push.get_task("us_east_1.holds").retries


def test_one_push_of_a_service_at_a_time(push):
    assert push.max_active_runs == 1


def teardowns(dag):
    return {task.task_id for task in dag.tasks if task.is_teardown}


def test_where_a_region_that_fails_is_held_nothing_is_rolled_back_by_itself(declared):
    dag = declared(red_black__when_a_region_fails="hold")
    assert teardowns(dag) == {"canary.retire", "us_east_1.hold", "us_west_2.hold", "eu_west_1.hold", "finish_push"}
    assert upstream(dag, "finish_push") >= {"us_east_1.hold", "us_west_2.hold", "eu_west_1.hold"}


def test_where_all_are_undone_it_is_done_at_once_and_after_the_failed_region_s_own_rollback(declared):
    dag = declared(red_black__when_a_region_fails="undo_all")
    own = {"us_east_1.roll_back", "us_west_2.roll_back", "eu_west_1.roll_back"}
    everywhere = {"undo_all.us_east_1", "undo_all.us_west_2", "undo_all.eu_west_1"}
    assert teardowns(dag) == own | everywhere | {"canary.retire", "finish_push"}
    assert all(upstream(dag, task) == own for task in everywhere)
    assert upstream(dag, "finish_push") >= everywhere


UNIT = {"name": "unit", "kind": "command", "commands": [["make", "test"]]}
CI = {"name": "ci", "kind": "commit_status", "connection": "forge", "repository": "example/api", "check": "ci"}


def test_every_gate_is_a_task_beside_the_build_and_nothing_goes_on_before_all_are_passed(declared):
    dag = declared(gates=[UNIT, CI])
    for gate in ("gates.unit", "gates.ci"):
        assert upstream(dag, gate) == {"start_push"}
    after = dag.get_task("gates.unit").get_flat_relative_ids(upstream=False)
    assert after == {task.task_id for task in dag.tasks} - {"start_push", "build_ami", "gates.unit", "gates.ci"}
    assert dag.get_task("pre_flight").get_flat_relative_ids(upstream=True) >= {"gates.unit", "gates.ci", "build_ami"}
    assert dag.get_task("pre_flight").trigger_rule == "all_success"


def test_a_weekly_push_goes_no_further_either(declare, dags):
    from tests.world.declared import elsewhere, service

    weekly = {"day": "tue", "at": "10:00", "users": ["ada"]}
    declare(api=service(gates=[UNIT], environments=elsewhere("staging"), weekly=weekly))
    dag = dags().dags["api_weekly_push"]
    assert upstream(dag, "gates.unit") == {"start_push"}
    assert dag.get_task("pre_flight").get_flat_relative_ids(upstream=True) >= {"gates.unit", "build_ami"}


@pytest.fixture
def as_shown(monkeypatch):
    """A DAG as Airflow's pages read it from its database; its scheduler, which other tests run, reads no links."""
    from airflow.serialization.serialized_objects import DagSerialization, OperatorSerialization

    for kind in (DagSerialization, OperatorSerialization):
        monkeypatch.setattr(kind, "_load_operator_extra_links", True)
    return lambda dag: DagSerialization.from_dict(DagSerialization.to_dict(dag))


def test_the_page_of_a_gate_has_a_link_to_its_log(declared, as_shown):
    shown = as_shown(declared(gates=[UNIT]))
    assert [link.name for link in shown.get_task("gates.unit").operator_extra_links] == ["Log"]


def test_where_no_gate_is_declared_there_is_no_group_of_them(push):
    assert not [task.task_id for task in push.tasks if task.task_id.startswith("gates")]


@pytest.fixture
def weekly(declare, dags):
    from tests.world.declared import elsewhere, service

    declare(api=service(environments=elsewhere("staging"), weekly={"day": "tue", "at": "10:00", "users": ["ada"]}))
    bag = dags()
    assert not bag.import_errors
    return bag.dags["api_weekly_push"]


def test_nobody_is_asked_before_the_canary_is_gone_and_no_region_begins_before_the_go_was_looked_at_again(weekly):
    assert upstream(weekly, "approve") == {"canary.score", "canary.retire"}
    assert upstream(weekly, "still_good") == {"approve"}
    assert upstream(weekly, "us_east_1.off_peak") == {"still_good"}
    assert {weekly.get_task(task).trigger_rule for task in ("approve", "still_good", "us_east_1.off_peak")} == {
        "all_success"}


def test_a_weekly_push_is_merged_after_all_else_and_the_merge_alone_decides_the_colour(weekly):
    assert upstream(weekly, "merge") == {"finish_push"}
    assert teardowns(weekly) == {"canary.retire", "us_east_1.roll_back", "us_west_2.roll_back", "eu_west_1.roll_back",
                                 "finish_push", "merge"}
    assert deciding(weekly) == {"merge"}
    assert weekly.max_active_runs == 1


def test_without_weekly_there_is_no_weekly_push(declare, dags):
    from tests.world.declared import service

    declare(api=service())
    assert "api_weekly_push" not in dags().dags


def test_what_changes_is_told_before_anything_is_looked_at_or_changed(push):
    assert upstream(push, "changes") == {"build_ami"}
    assert upstream(push, "pre_flight") == {"changes"}


def test_the_task_of_what_changes_has_a_button_for_its_page_also_where_airflow_reads_it_from_its_database(
        push, as_shown):
    told = as_shown(push).get_task("changes")
    assert [link.name for link in told.operator_extra_links] == ["What changes"]
