"""Which services' DAGs are built."""

import pytest

from plugins import services as declared
from plugins.services import services, services_everywhere
from tests.world.declared import elsewhere, service

DAG = "_AIRFLOW_PARSING_CONTEXT_DAG_ID"
NAMES = ("ap", "api", "api2", "web")


@pytest.fixture
def four(declare):
    declare(**{name: service(service=name) for name in NAMES})


def names():
    return [service.service for service in services()]


def test_all_are_built_where_airflow_looks_for_dags(four):
    assert names() == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_where_a_task_starts_its_own_service_alone_is_built(name, four, monkeypatch):
    monkeypatch.setenv(DAG, f"{name}_patch_push")
    assert names() == [name]


def test_where_a_task_starts_no_other_file_is_read(four, declare, monkeypatch):
    monkeypatch.setenv(DAG, "api_staging_roll_back")
    found = list(declared.service_files(wanted=lambda name: "api_staging_roll_back".startswith(f"{name}_")))
    assert [file.path.name for file in found] == ["api.yaml"]


def test_each_environment_that_is_declared_has_its_turn(declare):
    declare(api=service(environments=elsewhere("test", "staging")))
    assert {(found.service, where) for found, where in services_everywhere()} == {
        ("api", "prod"), ("api", "test"), ("api", "staging")}
