"""The table of docs/permissions.md, tried route by route against Airflow's real API with the FAB auth manager."""

import re
from urllib.parse import quote

import pytest

from include.domain.declared.permissions import Permissions
from plugins import roles
from tests.plugins.airflow_routes import FAB, WEEKLY, api_server, asked_for_a_go, declare, declared, keep_dags
from tests.plugins.permission_table import COLUMNS, FAB_TABLE, FEW, Stage, answers

ACTS = tuple(Permissions.model_fields)


@pytest.fixture(scope="module")
def fab(tmp_path_factory):
    """One user for each role; the roles are made by the command, and the DAGs read as the DAG processor reads them."""
    from airflow.api_fastapi.app import get_auth_manager

    everybody = {act: [f"api_{act}"] for act in ACTS}
    services = {"api": {"weekly": WEEKLY, "permissions": everybody},
                "web": {"weekly": WEEKLY, "permissions": {"approve": ["web_approve"]}}}
    with declared(tmp_path_factory.mktemp("fab"), services), api_server(AIRFLOW__CORE__AUTH_MANAGER=FAB) as app:
        assert roles.main([]) == 0
        dags, wrong = keep_dags(FEW)
        assert not wrong
        with roles.security() as security:
            users = {who: security.user_model(username=who, first_name=who, last_name=who, email=f"{who}@example.org",
                                              active=True, roles=[security.find_role(name) for name in names])
                     for who, names in _people().items()}
            security.session.add_all(users.values())
            security.session.flush()
            tokens = {who: get_auth_manager().generate_jwt(user) for who, user in users.items()}
            ids = {who: user.get_id() for who, user in users.items()}
        yield Stage(app, tokens, dags, ids)


def _people():
    """A person for each row of the table, and two who have roles of both services."""
    of_api = {act: [f"api_{act}"] for act in ACTS}
    return of_api | {"nothing": ["Public"], "both": ["api_push", "web_approve"]} | {
        stock: [stock] for stock in ("Viewer", "User", "Admin")}


@pytest.mark.parametrize("who", FAB_TABLE)
def test_with_fab_each_role_may_what_the_table_says_and_nothing_else(fab, who):
    assert {column: answers(fab.tries(column, fab.person(who))) for column in COLUMNS} == FAB_TABLE[who]


@pytest.mark.parametrize("column", COLUMNS)
def test_without_a_login_every_request_is_401(fab, column):
    assert set(fab.tries(column, fab.person("stranger"))) == {401}


@pytest.mark.parametrize("who", ACTS)
def test_the_roles_of_one_service_open_no_other(fab, who):
    person = fab.person(who)
    assert {person.asks("GET", path).status_code for path in ("/api/v2/dags/web_hold", "/serin/web")} == {403}
    assert {person.starts(dag).status_code for dag in ("web_patch_push", "web_hold")} == {403}
    assert fab.tries("say go", person, "web") == [403]


def test_airflow_adds_up_roles_so_a_user_who_is_named_is_asked_for_besides(fab):
    run = fab.runs["api_weekly_push"]
    both, named = fab.person("both"), fab.user_ids["approve"]
    asked_for_a_go("api_weekly_push", run)
    assert both.says_go("api_weekly_push", run).status_code == 200
    asked_for_a_go("api_weekly_push", run, [named])
    assert both.says_go("api_weekly_push", run).status_code == 403
    assert fab.person("approve").says_go("api_weekly_push", run).status_code == 200


@pytest.mark.parametrize("who", ["push", "roll_back", "approve"])
def test_nobody_says_go_by_writing_what_the_task_would_have_handed_on(fab, who):
    assert fab.person(who).edits_xcom("api_weekly_push", fab.runs["api_weekly_push"]).status_code == 403


@pytest.mark.parametrize(("event", "does"), [
    ("patch_task_instance", lambda who, *run: who.ends_task(*run)),
    ("patch_dag_run", lambda who, *run: who.ends_run(*run)),
    ("post_clear_task_instances", lambda who, *run: who.clears(*run)),
    ("patch_dag", lambda who, dag, _: who.pauses(dag))])
def test_what_a_person_does_to_a_run_is_in_airflows_log_with_who_it_was(fab, event, does):
    run = fab.runs["api_patch_push"]
    assert does(fab.person("push"), "api_patch_push", run).status_code == 200
    of_run = "" if event == "patch_dag" else f"&run_id={quote(run)}"
    [newest] = fab.person("Admin").asks("GET", "/api/v2/eventLogs?dag_id=api_patch_push&order_by=-when&limit=1"
                                               f"{of_run}").json()["event_logs"]
    assert (newest["event"], newest["owner"]) == (event, "push")


def test_the_roles_are_made_once_and_what_a_hand_gave_them_is_taken_away(fab, capsys):
    with roles.security() as security:
        security.add_permission_to_role(security.find_role("api_hold"),
                                        security.create_permission("can_create", "DAG Runs"))
    assert roles.main([]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "api_hold got 0 rights, and lost 1" in said
    assert "api_push is as it was" in said
    assert said[-1] == "User may start every DAG, whatever is declared: User"
    assert answers(fab.tries("hold", fab.person("hold")))


def test_a_dag_whose_role_is_not_there_is_an_import_error_and_the_others_are_kept(fab, monkeypatch, tmp_path):
    for name, value in declare(tmp_path, web={"permissions": {"hold": ["nobody_made_it"]}}).items():
        monkeypatch.setenv(name, value)
    kept, wrong = keep_dags(re.compile("web_hold"))
    assert kept == ["web_hold"]
    assert len(wrong) == 1
    assert "'nobody_made_it', but that role does not exist" in wrong[0]
