"""The demo's Airflow runs in a world of its own."""

from pathlib import Path

import pytest

from include.demo.airflow_settings import airflow_environment, clean_environment


@pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_ENDPOINT_URL", "AIRFLOW__CORE__DAGS_FOLDER", "AIRFLOW_HOME",
                                      "AIRFLOW_CONN_AWS_PROD", "https_proxy", "SERIN_SERVICES",
                                      "PYTHONDONTWRITEBYTECODE"])
def test_what_a_person_has_set_for_other_work_does_not_reach_the_demo(variable):
    assert "theirs" not in clean_environment({variable: "theirs", "HOME": "/home/kim"}).values()


def test_the_rest_of_the_environment_stays():
    assert clean_environment({"HOME": "/home/kim"})["HOME"] == "/home/kim"


def test_the_api_server_listens_on_loopback_only():
    settings = airflow_environment(Path("/tmp/x"), 20_001, {})

    assert settings["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert settings["AIRFLOW__API__BASE_URL"] == "http://127.0.0.1:20001"


def test_two_demos_share_no_secret():
    names = ("AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__API__SECRET_KEY", "AIRFLOW__CORE__FERNET_KEY")
    one, other = (airflow_environment(Path("/tmp/x"), 20_001, {}) for _ in range(2))

    assert all(one[name] != other[name] for name in names)


def test_what_is_given_on_top_wins():
    assert airflow_environment(Path("/tmp/x"), 20_001, {"AIRFLOW_CONN_METRICS": "sqlite"})["AIRFLOW_CONN_METRICS"]
