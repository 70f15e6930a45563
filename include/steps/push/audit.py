"""The trail of what people did by hand, beside the records of pushes. Nothing there is overwritten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from include.domain.audit import HumanAct, audit_key, read, written
from include.ports import Archive

READERS = 8


def keep_act(act: HumanAct, of: str, archive: Archive) -> None:
    """Kept once: what was kept before stays as it was, whoever runs the task again and with whatever settings."""
    key = audit_key(act, of)
    if archive.get(key) is None:
        archive.put(key, written(act), "application/json")


def newest_acts(service: str, most: int, now: datetime, archive: Archive) -> list[HumanAct]:
    """Of this month and the last, the newest first."""
    months = {now.strftime("%Y/%m"), (now.replace(day=1) - timedelta(days=1)).strftime("%Y/%m")}
    keys = sorted(key for month in months for key in archive.keys(f"audit/{service}/{month}/"))[-most:]
    with ThreadPoolExecutor(READERS) as readers:
        bodies = list(readers.map(archive.get, keys))
    return [read(body) for body in reversed(bodies) if body is not None]
