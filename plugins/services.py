"""The declared services as Airflow's processes see them."""

from collections.abc import Iterator

from airflow.sdk import get_parsing_context

from include.catalog import service_files
from include.domain.service import Service


def services() -> Iterator[Service]:
    """Those whose DAGs are to be built: all of them where Airflow looks for DAGs; where a task starts, the one that
    its DAG is of, for no other file is then read. A DAG's id begins with the name of its service."""
    dag = get_parsing_context().dag_id
    files = service_files(wanted=lambda name: dag is None or dag.startswith(f"{name}_"))
    return (file.service for file in files if file.service)


def services_everywhere() -> Iterator[tuple[Service, str]]:
    """The same, in each environment that they declare."""
    return ((service, environment) for service in services() for environment in service.environments)
