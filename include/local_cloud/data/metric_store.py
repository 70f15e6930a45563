"""Metrics in SQLite: WAL, written by one thread, a row per ASG, second and metric, read through the view `metrics`; and
the same of each instance, of fewer metrics, through the view `instance_metrics`.

`SELECT ts, asg, name, value FROM metrics WHERE region = ? AND asg IN (…) AND ts >= ? AND ts < ?` walks exactly the
rows that it answers: the key begins with the ASG, then the second. So it is with `instance_metrics`.
"""

import logging
import sqlite3
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from include.local_cloud.data.meters import NAMES, Second

log = logging.getLogger(__name__)

SCHEMA = """
CREATE TABLE IF NOT EXISTS names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS asgs (id INTEGER PRIMARY KEY, region TEXT NOT NULL, asg TEXT NOT NULL, UNIQUE (region, asg));
CREATE TABLE IF NOT EXISTS points (asg_id INTEGER NOT NULL, ts INTEGER NOT NULL, name_id INTEGER NOT NULL,
                                   value REAL NOT NULL, PRIMARY KEY (asg_id, ts, name_id)) WITHOUT ROWID;
CREATE VIEW IF NOT EXISTS metrics AS
    SELECT points.ts AS ts, asgs.region AS region, asgs.asg AS asg, names.name AS name, points.value AS value
    FROM asgs CROSS JOIN points ON points.asg_id = asgs.id CROSS JOIN names ON names.id = points.name_id;
CREATE TABLE IF NOT EXISTS instances (id INTEGER PRIMARY KEY, asg_id INTEGER NOT NULL, instance TEXT NOT NULL,
                                      UNIQUE (asg_id, instance));
CREATE TABLE IF NOT EXISTS instance_points (instance_id INTEGER NOT NULL, ts INTEGER NOT NULL, name_id INTEGER NOT NULL,
                                            value REAL NOT NULL, PRIMARY KEY (instance_id, ts, name_id)) WITHOUT ROWID;
CREATE VIEW IF NOT EXISTS instance_metrics AS
    SELECT points.ts AS ts, asgs.region AS region, asgs.asg AS asg, instances.instance AS instance, names.name AS name,
           points.value AS value
    FROM asgs CROSS JOIN instances ON instances.asg_id = asgs.id
    CROSS JOIN instance_points AS points ON points.instance_id = instances.id
    CROSS JOIN names ON names.id = points.name_id;
"""
FORGET_EVERY = 20     # seconds


class MetricStore:
    """`keep_seconds`: what is older is deleted."""

    def __init__(self, path: Path | str, keep_seconds: int = 1200):
        self._keep = keep_seconds
        self._asgs: dict[tuple[str, str], int] = {}
        self._instances: dict[tuple[int, str], int] = {}
        self._forgotten_at = 0
        self._thread = ThreadPoolExecutor(1, "metrics")
        self._db: sqlite3.Connection = self._thread.submit(_open, path).result()

    def write(self, ts: int, seconds: Mapping[str, Mapping[str, Second]]) -> None:
        """One second of every region's ASGs; returns at once."""
        self._thread.submit(self._write, ts, seconds).add_done_callback(_say_failure)

    def _write(self, ts: int, seconds: Mapping[str, Mapping[str, Second]]) -> None:
        with self._db:
            for region, asgs in seconds.items():
                for asg, second in asgs.items():
                    id = self._asg(region, asg)
                    self._db.executemany("INSERT OR REPLACE INTO points VALUES (?, ?, ?, ?)",
                                         [(id, ts, number, value) for number, value in second.values()])
                    self._db.executemany("INSERT OR REPLACE INTO instance_points VALUES (?, ?, ?, ?)",
                                         [(self._instance(id, instance), ts, number, value)
                                          for instance, rows in second.instances.items() for number, value in rows])
        if ts - self._forgotten_at >= FORGET_EVERY:
            self._forgotten_at = ts
            with self._db:
                for table, key, ids in (("points", "asg_id", self._asgs.values()),
                                        ("instance_points", "instance_id", self._instances.values())):
                    self._db.executemany(f"DELETE FROM {table} WHERE {key} = ? AND ts < ?",
                                         [(id, ts - self._keep) for id in ids])

    def _asg(self, region: str, asg: str) -> int:
        if (region, asg) not in self._asgs:
            self._db.execute("INSERT OR IGNORE INTO asgs (region, asg) VALUES (?, ?)", (region, asg))
            self._asgs[region, asg] = self._db.execute("SELECT id FROM asgs WHERE region = ? AND asg = ?",
                                                       (region, asg)).fetchone()[0]
        return self._asgs[region, asg]

    def _instance(self, asg_id: int, instance: str) -> int:
        if (asg_id, instance) not in self._instances:
            self._db.execute("INSERT OR IGNORE INTO instances (asg_id, instance) VALUES (?, ?)", (asg_id, instance))
            self._instances[asg_id, instance] = self._db.execute(
                "SELECT id FROM instances WHERE asg_id = ? AND instance = ?", (asg_id, instance)).fetchone()[0]
        return self._instances[asg_id, instance]

    def close(self) -> None:
        self._thread.submit(self._db.close)
        self._thread.shutdown()


def _open(path: Path | str) -> sqlite3.Connection:
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = OFF")
    db.executescript(SCHEMA)
    db.executemany("INSERT OR IGNORE INTO names VALUES (?, ?)", enumerate(NAMES))
    db.commit()
    return db


def _say_failure(future) -> None:
    if not future.cancelled() and future.exception():
        log.error("metrics could not be written: %s", future.exception())
