"""`python -m benchmarks.many_services [services]`: what many services cost Airflow, beside 1 and 20 of them.

Each DAG file is read as the dag-processor reads it, in a process of its own: seconds of processor time with the DAGs
written as they go to the database, and memory; what the imports alone take stands apart. Then one task's start. With
`--airflow` a real dag-processor reads them on PostgreSQL for some minutes: see `many_airflow`.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from include.demo.airflow_settings import ROOT, airflow_environment

SIZES = (1, 20)
EXAMPLE = ROOT / "include" / "services" / "api.yaml"
WEEKLY = "weekly: {day: tue, at: 10:00, users: [ada]}\n\nmetrics:  "
GATES = "gates:\n  - {name: unit, kind: command, commands: [[make, test]]}\n\nenvironments:  "
ASKED = "_AIRFLOW_PARSING_CONTEXT_DAG_ID"


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.many_services", description=__doc__.split("\n")[0])
    parser.add_argument("services", nargs="?", type=int, default=200)
    parser.add_argument("--airflow", action="store_true", help="with a real dag-processor, too")
    parser.add_argument("--minutes", type=float, default=3, help="how long it is looked at; default 3")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(read_one(asked.one)))
        return
    sizes = sorted({*SIZES, asked.services})
    with tempfile.TemporaryDirectory(prefix="serin-many-") as folder:
        places = {size: declare(Path(folder) / str(size), size) for size in sizes}
        Console().print(parse_table(Path(folder), places))
        if asked.airflow:
            from benchmarks.many_airflow import airflow_table

            Console().print(airflow_table(Path(folder), places, asked.minutes))


def declare(folder: Path, services: int) -> Path:
    """So many files of the example, with what it leaves out."""
    folder.mkdir(parents=True)
    for number in range(services):
        declare_one(folder, f"s{number:03}")
    return folder


def declare_one(folder: Path, name: str) -> None:
    text = EXAMPLE.read_text().replace("service: api ", f"service: {name} ", 1)
    text = text.replace("environments:  ", GATES, 1).replace("\nmetrics:  ", f"\n{WEEKLY}", 1)
    (folder / f"{name}.yaml").write_text(text)


def parse_table(folder: Path, places: dict[int, Path]) -> Table:
    table = Table("DAG file", *(f"{size} services: s, DAGs, kB" for size in places), "peak MB")
    for file in sorted(path.name for path in (ROOT / "dags").glob("*.py")):
        found = [_in_a_process(folder, place, file) for place in places.values()]
        table.add_row(file, *map(_cell, found), f"{found[-1]['peak']:.0f}")
    started = [_in_a_process(folder, place, "patch_push.py", "s000_patch_push") for place in places.values()]
    table.add_row("a task's start", *map(_cell, started), f"{started[-1]['peak']:.0f}")
    table.add_row("(imports alone)", *(f"{found['imports']:.2f}" for found in started), f"{started[-1]['floor']:.0f}")
    return table


def read_one(file: str) -> dict[str, float]:
    """In this process: seconds of its processor time, and what came of it."""
    began = time.process_time()
    from airflow.dag_processing.processor import DagFileParseRequest, _parse_file
    from structlog import get_logger

    imported, floor = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    request = DagFileParseRequest(file=str(ROOT / "dags" / file), bundle_path=ROOT / "dags", bundle_name="dags-folder")
    result = _parse_file(request, get_logger())
    return {"imports": imported - began, "seconds": time.process_time() - imported, "dags": len(result.serialized_dags),
            "kB": sum(len(json.dumps(dag.data)) for dag in result.serialized_dags) / 1000,
            "errors": len(result.import_errors or ()), "floor": floor / 1024,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _in_a_process(folder: Path, place: Path, file: str, dag: str = "") -> dict[str, float]:
    environment = airflow_environment(folder / "airflow", 8080, {
        "SERIN_SERVICES": str(place), "AIRFLOW__LOGGING__LOGGING_LEVEL": "CRITICAL",
        "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "0", **({ASKED: dag} if dag else {})})
    done = subprocess.run([sys.executable, "-m", "benchmarks.many_services", "--one", file], cwd=ROOT, check=True,
                          env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    if found["errors"]:
        raise SystemExit(f"{file} has import errors with {place}")
    return found


def _cell(found: dict[str, float]) -> str:
    return f"{found['seconds']:.2f}, {found['dags']:,.0f}, {found['kB']:,.0f}"


if __name__ == "__main__":
    os.nice(5)
    main()
