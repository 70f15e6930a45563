"""What a commit must pass before its AMI goes anywhere, and how that is kept: per commit and gate, for every flow.

A result is never overwritten: a gate that is tried again on the same commit adds a revision, and the newest counts.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import MISSING, asdict, dataclass, field, fields
from datetime import datetime
from urllib.parse import quote

from include.domain.records import as_revision

MOST_NAMES = 10         # people in a sentence
LAST_WORDS = 3          # lines
LONGEST = 100           # characters of a name
REVISION = re.compile(r"([a-z0-9_]+)(?:-(\d+))?\.(?:json|log|report)")


@dataclass(frozen=True)
class Outcome:
    """What trying a commit came to. `reason` is a sentence about the gate without its name. `address` is where the log
    can be read, where that is not the archive; `last_lines` its end; `report` the files that are kept of it."""

    passed: bool
    reason: str
    seconds: float = 0.0
    log: bytes = b""
    address: str = ""
    last_lines: str = ""
    report: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class GateResult:
    """How a commit came through one gate. `log` is an address; `report` the addresses of what is kept beside it, one a
    line; `declared` tells the declaration that it was tried by from every other."""

    service: str
    name: str
    commit: str
    passed: bool
    reason: str
    log: str
    at: datetime
    seconds: float = 0.0
    last_lines: str = ""
    report: str = ""
    declared: str = ""
    push_id: str = ""


def not_passed(result: GateResult, authors: str) -> str:
    """The sentence for log, room and record: which gate, its last words, where its log is, and who should look."""
    words = " | ".join(result.last_lines.splitlines()[-LAST_WORDS:])
    parts = [f"{result.commit[:12]} did not pass gate {result.name}: {result.reason}",
             f"it said: {words}" if words else "", f"its log: {result.log}" if result.log else "",
             f"this push carries commits of {authors}" if authors else ""]
    return "; ".join(filter(None, parts))


def named(authors: Iterable[str]) -> str:
    """The authors of commits, each once, those of the most commits first. Untrusted text."""
    counted = Counter("".join(c if c.isprintable() else " " for c in author)[:LONGEST] for author in authors)
    names = [author for author, _ in counted.most_common()]
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def gates_folder(service: str, commit: str) -> str:
    """Where the archive keeps what gates said of a commit."""
    return f"gates/{service}/{commit}/"


def result_key(service: str, commit: str, gate: str, number: int = 1) -> str:
    return gates_folder(service, commit) + as_revision(f"{gate}.json", number)


def log_key(service: str, commit: str, gate: str, number: int = 1) -> str:
    return gates_folder(service, commit) + as_revision(f"{gate}.log", number)


def report_key(service: str, commit: str, gate: str, number: int, path: str) -> str:
    return f"{gates_folder(service, commit)}{as_revision(f'{gate}.report', number)}/{quote(path)}"


def newest_results(keys: Iterable[str], folder: str) -> dict[str, int]:
    """The number of the newest result of each gate, by these keys of one commit's folder."""
    numbers: dict[str, int] = {}
    for gate, number in _revisions((key for key in keys if key.endswith(".json") and "/" not in key[len(folder):]),
                                   folder):
        numbers[gate] = max(number, numbers.get(gate, 0))
    return dict(sorted(numbers.items()))


def next_number(keys: Iterable[str], folder: str, gate: str) -> int:
    """The first that nothing was kept under, not even the log of somebody who died before its result."""
    return 1 + max((number for name, number in _revisions(keys, folder) if name == gate), default=0)


def written(result: GateResult) -> bytes:
    return json.dumps(asdict(result), default=datetime.isoformat).encode()


def read(body: bytes) -> GateResult:
    """What a later version added is passed over; what an older one did not know has its default."""
    said = json.loads(body)
    known = {one.name: said.get(one.name) for one in fields(GateResult)
             if one.name in said or one.default is MISSING}
    return GateResult(**known | {"at": datetime.fromisoformat(said["at"])})


def _revisions(keys: Iterable[str], folder: str) -> Iterable[tuple[str, int]]:
    for key in keys:
        if found := REVISION.fullmatch(key.removeprefix(folder).partition("/")[0]):
            yield found[1], int(found[2] or 1)
