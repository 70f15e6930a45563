"""The DAG runs of this Airflow, as the port `Runs`: asked through the Task SDK, from inside a task."""

import logging
from urllib.parse import quote, unquote

OVER = ["success", "failed"]
LOG = logging.getLogger(__name__)


class AirflowRuns:
    """A run is named by its page under `[api] base_url`. That also tells this Airflow from another one that keeps its
    leases in the same bucket, and whose runs are not here to be asked for."""

    def this(self) -> str:
        from airflow.sdk import get_current_context

        home = airflow_address()
        if not home:
            return ""
        run = get_current_context()["dag_run"]
        return f"{home}/dags/{_quoted(run.dag_id)}/runs/{_quoted(run.run_id)}"

    def ended(self, run: str) -> bool | None:
        from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

        home = airflow_address()
        if not home or not run.startswith(f"{home}/dags/"):
            return None
        dag_id, _, run_id = (unquote(part) for part in run.removeprefix(f"{home}/dags/").partition("/runs/"))
        try:
            there = RuntimeTaskInstance.get_dr_count(dag_id, run_ids=[run_id])
            return there == RuntimeTaskInstance.get_dr_count(dag_id, run_ids=[run_id], states=OVER)
        except Exception as error:  # Airflow's own, of many kinds; what cannot be asked is taken for alive
            LOG.warning("whether %s has ended cannot be asked: %s", run, error)
            return None


def airflow_address() -> str:
    """Where this Airflow is, for people; "" where nobody said."""
    from airflow.sdk.configuration import conf

    return (conf.get("api", "base_url", fallback="") or "").rstrip("/")


def _quoted(part: str) -> str:
    return quote(part, safe=":+")
