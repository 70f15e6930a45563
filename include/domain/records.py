"""Records of pushes as bytes, and their revisions: nothing in the archive is overwritten, and the newest counts."""

import json
import re
from collections.abc import Iterable
from dataclasses import MISSING, asdict, fields
from datetime import datetime

from include.domain.push import PushRecord

TIMES = ("started_at", "ended_at", "approved_at")
RECORD = re.compile(r"record(?:-(\d+))?\.json")


def as_revision(name: str, number: int) -> str:
    """`record.json` is the first, `record-2.json` the second."""
    stem, _, kind = name.rpartition(".")
    return name if number < 2 else f"{stem}-{number}.{kind}"


def newest(keys: Iterable[str]) -> int:
    """The number of the newest record among these keys; 0 where there is none."""
    found = (RECORD.fullmatch(key.rpartition("/")[2]) for key in keys)
    return max((int(match[1] or 1) for match in found if match), default=0)


def written(record: PushRecord) -> bytes:
    return json.dumps(asdict(record), default=datetime.isoformat).encode()


def read(body: bytes) -> PushRecord:
    """What a later version added is passed over; what an older one did not know has its default, or is None."""
    said = json.loads(body)
    known = {field.name: said.get(field.name) for field in fields(PushRecord)
             if field.name in said or field.default is MISSING}
    return PushRecord(**known | {name: datetime.fromisoformat(said[name]) for name in TIMES if said.get(name)})
