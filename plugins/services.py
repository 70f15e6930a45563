"""The declared services as Airflow's processes see them.

A file that breaks must not take its service's DAGs away while a push is under way: Airflow would start no further task
of it, and no rollback; its tasks would not find their DAG, nor their settings; and its branches would not be watched. A
file that cannot be used counts as it was when it last could be.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from airflow.sdk import get_parsing_context

from include.catalog import ServiceFile, load_markets, markets_of, markets_path, service_files, service_of
from include.catalog import service_named as service_of_the_folder
from include.domain.errors import BadInput
from include.domain.peak_windows import Market
from include.domain.service import Service
from plugins import last_good

LOG = logging.getLogger(__name__)


def services() -> Iterator[Service]:
    """Those whose DAGs are to be built: all of them where Airflow looks for DAGs; where a task starts, the one that
    its DAG is of, for no other file is then read. A DAG's id begins with the name of its service."""
    dag = get_parsing_context().dag_id
    return _usable(lambda name: dag is None or dag.startswith(f"{name}_"))


def services_everywhere() -> Iterator[tuple[Service, str]]:
    """The same, in each environment that they declare."""
    return ((service, environment) for service in services() for environment in service.environments)


def service_named(name: str) -> Service:
    """The service with this name; BadInput where it never could be used."""
    return next(_usable(lambda said: said == name), None) or service_of_the_folder(name, markets=markets())


def markets() -> Mapping[str, Market]:
    """The markets as they are declared, or as they were when they last could be used."""
    try:
        return load_markets()
    except BadInput as error:
        if (said := last_good.text(markets_path().name)) is None:
            raise
        LOG.warning("%s; the markets count as they were before", error)
        return markets_of(said, markets_path())


def _usable(wanted: Callable[[str], bool]) -> Iterator[Service]:
    """The services of the good files first, then those of the others, as they were."""
    seen, bad = set(), []
    for file in _files(wanted):
        if file.service is None:
            bad.append(file)
        elif wanted(file.service.service):
            seen.add(file.service.service)
            yield file.service
    for file in bad:
        service = as_it_was(file)
        if service and wanted(service.service) and service.service not in seen:
            seen.add(service.service)
            LOG.warning("%s; the service counts as it was before", file.error)
            yield service


def _files(wanted: Callable[[str], bool]) -> list[ServiceFile]:
    """Where the whole folder cannot be read, all files that were good before are bad."""
    try:
        return list(service_files(wanted=wanted, markets=markets()))
    except BadInput as error:
        before = set(last_good.files()) - {markets_path().name}
        if not before:
            raise
        return [ServiceFile(Path(name), None, error) for name in sorted(before)]


def as_it_was(file: ServiceFile) -> Service | None:
    """The service of a file that cannot be used, by its last good text; None where there is none. What the markets
    were then counts where they do not fit any more."""
    said = last_good.text(file.path.name)
    if said is None:
        return None
    for known in (markets, lambda: markets_of(last_good.text(markets_path().name) or "", markets_path())):
        try:
            return service_of(said, file.path, known())
        except BadInput as error:
            LOG.warning("its last good text is not good any more: %s", error)
    return None
