"""Airflow's REST API, as far as the bot needs it: it starts runs of Serin's own DAGs, with the permissions of its own
account and no others."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from include.domain.errors import BadInput, Refused, Retryable

DAG = re.compile(r"[a-z][a-z0-9_]*")


class Airflow:
    """`client` speaks to the API server; `name` and `password` sign in, where they are given."""

    def __init__(self, client: httpx.Client, name: str = "", password: str = ""):
        self._client, self._name, self._password = client, name, password

    def start(self, dag: str, conf: Mapping[str, Any]) -> str:
        """Starts a run, and returns its page. Refused where the account may not, BadInput where the DAG takes no such
        conf."""
        if not DAG.fullmatch(dag):
            raise BadInput(f"{dag!r} is no DAG of Serin")
        answer = self._ask("POST", f"/api/v2/dags/{dag}/dagRuns", {"logical_date": None, "conf": dict(conf)})
        run = answer.json()["dag_run_id"]
        return f"{str(self._client.base_url).rstrip('/')}/dags/{dag}/runs/{quote(run, safe='')}"

    def _ask(self, method: str, path: str, body: Mapping[str, Any]) -> httpx.Response:
        try:
            answer = self._client.request(method, path, json=body, headers=self._token())
        except httpx.TransportError as error:
            raise Retryable(f"Airflow does not answer: {type(error).__name__}") from error
        if answer.is_success:
            return answer
        said = f"Airflow answered {answer.status_code} to {method} {path}: {_why(answer)}"
        if answer.status_code in (401, 403):
            raise Refused(f"{said}: the bot's account may not do that")
        raise (Retryable if answer.status_code >= 500 else BadInput)(said)

    def _token(self) -> Mapping[str, str]:
        """A fresh one each time: the bot speaks seldom, and a token that ran out is one thing less to think of."""
        if not self._name:
            return {}
        try:
            answer = self._client.post("/auth/token", json={"username": self._name, "password": self._password})
        except httpx.TransportError as error:
            raise Retryable(f"Airflow does not answer: {type(error).__name__}") from error
        if not answer.is_success:
            raise Refused(f"Airflow does not let the bot's account in ({answer.status_code})")
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def _why(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("detail", ""))[:300]
    except (ValueError, AttributeError):
        return "no reason given"
