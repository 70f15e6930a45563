"""The table of docs/permissions.md for Airflow's simple auth manager, tried route by route against its real API."""

import pytest

from tests.plugins.airflow_routes import WEEKLY, api_server, declared, keep_dags
from tests.plugins.permission_table import COLUMNS, FEW, SIMPLE_TABLE, Stage, answers


@pytest.fixture(scope="module")
def simple(tmp_path_factory):
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    services = {"api": {"weekly": WEEKLY | {"users": ["user"]}}}
    with declared(tmp_path_factory.mktemp("simple"), services), api_server() as app:
        dags, _ = keep_dags(FEW)
        tokens = {role: get_auth_manager().generate_jwt(SimpleAuthManagerUser(username=role, role=role.upper()))
                  for role in SIMPLE_TABLE}
        yield Stage(app, tokens | {"Admin": tokens["admin"]}, dags)


@pytest.mark.parametrize("who", SIMPLE_TABLE)
def test_each_role_may_what_the_table_says_for_every_service_alike(simple, who):
    assert {column: answers(simple.tries(column, simple.person(who))) for column in COLUMNS} == SIMPLE_TABLE[who]
