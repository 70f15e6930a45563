"""Airflow's DAG runs over its REST API, as the demo and the end-to-end tests need them."""

import time
from collections.abc import Callable
from typing import Any

import httpx

ENDED = {"success", "failed"}


class AirflowRuns:
    """`client` speaks to the API server's root. The demo's server lets everybody on this machine in."""

    def __init__(self, client: httpx.Client):
        self._client = client

    def ask(self, method: str, path: str, **kwargs: Any) -> Any:
        """The JSON of /api/v2/<path>; SQLite under load answers 500 now and then, so reads are tried again."""
        for tries_left in (3, 2, 1, 0):
            try:
                answer = self._client.request(method, f"/api/v2/{path}", **kwargs)
            except httpx.TransportError:
                if not tries_left or method != "GET":
                    raise
            else:
                if answer.status_code < 500 or not tries_left or method != "GET":
                    answer.raise_for_status()
                    return answer.json() if answer.content else None
            time.sleep(1)
        return None

    def wait_until_parsed(self, dag: str, timeout: float = 180) -> None:
        """The DAG is known and takes runs. An import error is shown as Airflow shows it."""
        def known() -> bool:
            found = self._client.get(f"/api/v2/dags/{dag}")
            return found.is_success and not found.json()["is_paused"] and not found.json().get("is_stale", False)
        wait_for(known, timeout, lambda: f"the DAG {dag} did not appear: {self.import_errors() or 'no import error'}")

    def import_errors(self) -> str:
        return "\n".join(error["stack_trace"] for error in self.ask("GET", "importErrors")["import_errors"])

    def wait_until_watched(self, asset_name: str, timeout: float = 120) -> None:
        """The watcher of this asset has looked at its branch once: from now on a commit starts a push."""
        def watched() -> bool:
            assets = self.ask("GET", "assets", params={"limit": 100})["assets"]
            number = next((asset["id"] for asset in assets if asset["name"] == asset_name), None)
            return number is not None and self._client.get(f"/api/v2/assets/{number}/state-store/head").is_success
        wait_for(watched, timeout, lambda: f"nobody watches the asset {asset_name}: is the triggerer well?")

    def trigger(self, dag: str, conf: dict[str, Any], run_id: str) -> str:
        """Start a run; saying it again with the same id is harmless."""
        body = {"dag_run_id": run_id, "logical_date": None, "conf": conf}
        for tries_left in (4, 3, 2, 1, 0):
            answer = self._client.post(f"/api/v2/dags/{dag}/dagRuns", json=body)
            if answer.is_success or answer.status_code == 409:
                return run_id
            if answer.status_code < 500 or not tries_left:
                answer.raise_for_status()
            time.sleep(1)
        return run_id

    def runs(self, dag: str) -> list[dict[str, Any]]:
        """The oldest first."""
        return self.ask("GET", f"dags/{dag}/dagRuns", params={"order_by": "run_after", "limit": 50})["dag_runs"]

    def run(self, dag: str, run_id: str) -> dict[str, Any]:
        return self.ask("GET", f"dags/{dag}/dagRuns/{run_id}")

    def tasks(self, dag: str, run_id: str) -> dict[str, str]:
        """Task to state, None where it has not begun."""
        found = self.ask("GET", f"dags/{dag}/dagRuns/{run_id}/taskInstances", params={"limit": 100})
        return {task["task_id"]: task["state"] for task in found["task_instances"]}

    def answer(self, dag: str, run_id: str, task: str, option: str, comment: str) -> None:
        """What a person clicks where the task waits for one."""
        self.ask("PATCH", f"dags/{dag}/dagRuns/{run_id}/taskInstances/{task}/-1/hitlDetails",
                 json={"chosen_options": [option], "params_input": {"comment": comment}})

    def task_instance(self, dag: str, run_id: str, task: str) -> dict[str, Any]:
        return self.ask("GET", f"dags/{dag}/dagRuns/{run_id}/taskInstances/{task}")


def wait_for(holds: Callable[[], bool], timeout: float, otherwise: Callable[[], str], every: float = 0.5) -> None:
    """Look until it holds; TimeoutError says what `otherwise` says."""
    deadline = time.monotonic() + timeout
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{otherwise()} (waited {timeout:.0f} s)")
        time.sleep(every)
