"""The last text that could be used of each declared file, kept in Airflow's database: a Variable for each file, which
every worker can read, wherever it runs.

Nothing here may fail a task or hide a service: without the database there is no last good text, and that is all.
"""

import json
import logging
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from hashlib import sha256

from airflow.sdk import Variable

LOG = logging.getLogger(__name__)
INDEX = "serin_last_good"       # of each file: since when its text is good, and its digest
ABOUT = "Kept by Serin: what a file of services said when it could be used. Not to be edited."


def text(file: str) -> str | None:
    """The last good text of the file with this name; None where there is none."""
    return _get(f"{INDEX}.{file}") or None


def files() -> dict[str, str]:
    """The names of the files that were good, and since when, to be read by people."""
    return {file: since for file, (since, _) in _index().items()}


def keep(good: Mapping[str, str], there: Collection[str]) -> None:
    """Keep the texts that changed, and drop those of files that are gone. `there`: the names of all that there are."""
    try:
        before = _index()
        changed = {file: _entry(said) for file, said in good.items() if before.get(file, ("", ""))[1] != _digest(said)}
        gone = set(before) - set(there)
        for file in changed:
            Variable.set(f"{INDEX}.{file}", good[file], ABOUT)
        if changed or gone:
            after = {file: entry for file, entry in (before | changed).items() if file not in gone}
            Variable.set(INDEX, json.dumps(after), ABOUT)
        for file in gone:
            Variable.delete(f"{INDEX}.{file}")
    except Exception as error:      # of Airflow's own, of many kinds
        LOG.warning("the last good texts of the files of services cannot be kept: %s", error)


def _entry(said: str) -> tuple[str, str]:
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", _digest(said)


def _digest(said: str) -> str:
    return sha256(said.encode()).hexdigest()


def _index() -> dict[str, tuple[str, str]]:
    return json.loads(_get(INDEX) or "{}")


def _get(key: str) -> str:
    try:
        return Variable.get(key, default="") or ""
    except Exception as error:
        LOG.warning("the variable %s cannot be read: %s", key, error)
        return ""
