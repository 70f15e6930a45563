"""Debian's PostgreSQL for tests, in a folder of its own; where we are root it runs as the user postgres, as it must."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests.adapters.cloud import eventually

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
installed = pytest.mark.skipif(not PROGRAMS, reason="no PostgreSQL here (Debian: postgresql)")


class Real:
    """`connection` is Airflow's, as it stands in the environment."""

    def __init__(self, port: int) -> None:
        self.connection = {"conn_type": "postgres", "host": "127.0.0.1", "port": port, "login": "postgres",
                           "schema": "postgres"}

    @contextmanager
    def cursor(self) -> Iterator[Any]:
        connection = psycopg2.connect(host="127.0.0.1", port=self.connection["port"], user="postgres",
                                      dbname="postgres", connect_timeout=5)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()


@contextmanager
def real(_: Path | None = None) -> Iterator[Real]:
    """In a folder right under /tmp: the user postgres cannot reach into ours."""
    with tempfile.TemporaryDirectory(prefix="serin-postgres-", ignore_cleanup_errors=True) as folder, \
            socket.socket() as free:
        user: dict[str, Any] = {}
        if os.getuid() == 0:
            user = {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(folder, "postgres", "postgres")
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        subprocess.run([PROGRAMS[-1] / "initdb", "-D", f"{folder}/data", "-A", "trust", "-U", "postgres", "--no-sync",
                        "--locale=C.UTF-8"], check=True, stdout=subprocess.DEVNULL, cwd=folder, **user)
        process = subprocess.Popen([PROGRAMS[-1] / "postgres", "-D", f"{folder}/data", "-k", folder, "-p", str(port),
                                    "-h", "127.0.0.1", "-F", "-c", "log_min_messages=panic"], cwd=folder,
                                   stderr=subprocess.DEVNULL, **user)
        try:
            eventually(lambda: _answers(port), "a PostgreSQL that answers")
            yield Real(port)
        finally:
            process.terminate()  # its own children too; a killed one leaves its shared memory behind
            process.wait()


def _answers(port: int) -> bool:
    try:
        psycopg2.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres", connect_timeout=1).close()
    except psycopg2.OperationalError:
        return False
    return True
