"""A real `airflow dag-processor` on PostgreSQL, with the settings that README gives, and so many services."""

import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from rich.table import Table

from benchmarks.many_services import declare_one
from include.demo.airflow_home import AirflowHome
from include.demo.processes import Processes
from tests.adapters.postgres_server import Real, real

NAME = "dag-processor"
LIMIT = 1800    # seconds
OF_ITS_OWN = {"AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "300", "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
              "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "30"}
LIVE = "SELECT count(*) FROM dag WHERE NOT is_stale"
OF_THE_NEW = "SELECT count(*) FROM dag WHERE dag_id LIKE 'fresh\\_%' AND NOT is_stale"
WRITTEN = "SELECT coalesce(sum(pg_column_size(data)), 0) / 1e6 FROM serialized_dag"
LONGEST = "SELECT max(last_parse_duration) FROM dag"
ROWS = ("all DAGs there after s", "DAGs", "longest file s", "memory MB (PSS), median", "memory MB (PSS), most",
        "processor time %", "DAGs in the database MB", "a new service there after s", "a removed one gone after s",
        "import errors with 3 bad files", "DAGs with 3 bad files")


def airflow_table(folder: Path, places: dict[int, Path], minutes: float) -> Table:
    columns = [_measured(folder / f"airflow-{size}", place, minutes) for size, place in places.items()]
    table = Table("", *(f"{size} services" for size in places))
    for row, *values in zip(ROWS, *columns, strict=True):
        table.add_row(row, *(f"{value:,.1f}" for value in values))
    return table


def _measured(home: Path, place: Path, minutes: float) -> list[float]:
    processes = Processes(home / "logs")
    try:
        with real() as postgres:
            return _with(postgres, processes, home, place, minutes)
    finally:
        processes.stop()


def _with(postgres: Real, processes: Processes, home: Path, place: Path, minutes: float) -> list[float]:
    address = f"postgresql+psycopg2://postgres@127.0.0.1:{postgres.connection['port']}/postgres"
    airflow = AirflowHome(home, processes, OF_ITS_OWN | {"SERIN_SERVICES": str(place),
                                                         "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": address})

    def asked(query: str) -> float:
        with postgres.cursor() as cursor:
            cursor.execute(query)
            return float(cursor.fetchone()[0] or 0)

    airflow.migrate()
    airflow.start_component(NAME)
    each = 23       # DAGs of one service of the benchmark
    wanted = each * len(list(place.iterdir()))
    there = _until(lambda: asked(LIVE) >= wanted, airflow)
    memory, share = _watched(processes, minutes * 60)
    found = [there, asked(LIVE), asked(LONGEST), statistics.median(memory), max(memory), share, asked(WRITTEN)]
    declare_one(place, "fresh")
    found.append(_until(lambda: asked(OF_THE_NEW) >= each, airflow))
    (place / "fresh.yaml").unlink()
    found.append(_until(lambda: asked(OF_THE_NEW) == 0, airflow))
    if wanted > each * 3:
        _break(sorted(place.iterdir())[:3])
        _until(lambda: asked("SELECT count(*) FROM import_error") > 0, airflow)
        time.sleep(60)
    return [*found, asked("SELECT count(*) FROM import_error"), asked(LIVE)]


def _break(files: list[Path]) -> None:
    for file in files:
        shutil.copy(file, file.with_suffix(".was"))
        file.write_text(file.read_text().replace("go_score: ", "go_scor: ", 1))


def _until(true: Callable[[], bool], airflow: AirflowHome) -> float:
    """Seconds until it is so."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > LIMIT:
            raise SystemExit(f"not so after {LIMIT} s: {airflow.folder}/logs/{NAME}.log")
        time.sleep(0.5)
    return time.monotonic() - began


def _watched(processes: Processes, seconds: float) -> tuple[list[float], float]:
    """MB at each second, and the per cent of one processor; what its children did before they ended counts too."""
    began, used, memory = time.monotonic(), _ticks(processes.pid(NAME)), []
    while time.monotonic() - began < seconds:
        memory.append(sum(_pss(pid) for pid in processes.family(NAME)) / 1000)
        time.sleep(1)
    return memory, 100 * (_ticks(processes.pid(NAME)) - used) / 100 / (time.monotonic() - began)


def _pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((float(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _ticks(pid: int) -> float:
    """Its own and those of its children that ended, in hundredths of a second."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(float, fields[11:15]))
