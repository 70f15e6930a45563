"""The bot starts runs of Serin's DAGs with its own account, and says what Airflow says."""

import httpx
import pytest

from include.chat_bot.airflow import Airflow
from include.domain.errors import BadInput, Refused, Retryable
from tests.chat_bot.server import serving


def answering(status, body, asked):
    def answer(method, path, headers, said):
        asked.append((method, path, headers.get("Authorization", ""), said))
        return (201, {"access_token": "t0ken"}) if path == "/auth/token" else (status, body)
    return answer


def test_a_run_is_started_with_its_conf_and_its_page_is_told():
    asked = []
    with serving(answering(200, {"dag_run_id": "manual__2026-01-05T12:00:00+00:00"}, asked)) as url:
        page = Airflow(httpx.Client(base_url=url), "bot", "secret").start("api_hold", {"reason": "why"})
        assert page == f"{url}/dags/api_hold/runs/manual__2026-01-05T12%3A00%3A00%2B00%3A00"
    assert asked[0][3] == {"username": "bot", "password": "secret"}
    assert asked[1] == ("POST", "/api/v2/dags/api_hold/dagRuns", "Bearer t0ken",
                        {"logical_date": None, "conf": {"reason": "why"}})


@pytest.mark.parametrize(("status", "kind", "says"), [
    (403, Refused, "the bot's account may not do that"), (400, BadInput, "400 to POST .*: no such key"),
    (404, BadInput, "404"), (500, Retryable, "500")])
def test_what_airflow_refuses_is_a_sentence(status, kind, says):
    with serving(answering(status, {"detail": "no such key"}, [])) as url, pytest.raises(kind, match=says):
        Airflow(httpx.Client(base_url=url), "bot", "secret").start("api_hold", {})


def test_an_airflow_that_is_away_is_a_passing_fault():
    with pytest.raises(Retryable, match="Airflow does not answer"):
        Airflow(httpx.Client(base_url="http://127.0.0.1:1")).start("api_hold", {})


def test_a_wrong_password_is_refused_and_not_repeated():
    says = "does not let the bot's account in"
    with serving(lambda *_: (401, {})) as url, pytest.raises(Refused, match=says) as said:
        Airflow(httpx.Client(base_url=url), "bot", "s3cret").start("api_hold", {})
    assert "s3cret" not in str(said.value)


@pytest.mark.parametrize("dag", ["../admin", "api_hold/x", "", "api hold"])
def test_nothing_but_the_name_of_a_dag_gets_into_the_address(dag):
    with pytest.raises(BadInput, match="is no DAG of Serin"):
        Airflow(httpx.Client(base_url="http://127.0.0.1:1")).start(dag, {})
