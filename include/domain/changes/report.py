"""What changed between what runs and what is pushed: one value, which the page draws and the archive keeps."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from include.domain.changes.config import ConfigChanges
from include.domain.changes.launch import LaunchChanges
from include.domain.changes.libraries import How, LibraryChange
from include.domain.changes.source import Source
from include.domain.changes.tickets import Ticket

VERSION = 1     # of changes.json: a key that is taken away or means something else makes another


@dataclass(frozen=True)
class Running:
    """An AMI that runs, and where; all is "" that is not known of it."""

    ami_id: str
    ami: str
    commit: str
    asgs: tuple[str, ...]
    regions: tuple[str, ...]


@dataclass(frozen=True)
class Against:
    """What is pushed beside one AMI that runs. None is what could not be compared; `missing` says why, in sentences."""

    running: Running
    source: Source | None = None
    libraries: tuple[LibraryChange, ...] | None = None
    config: tuple[ConfigChanges, ...] | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Launch:
    """What new instances of a region are launched with; `unknown` says why that cannot be told."""

    region: str
    told: tuple[LaunchChanges, ...] = ()
    unknown: str = ""


@dataclass(frozen=True)
class ChangeReport:
    """`against` has one for each AMI that runs: regions may run different ones."""

    push_id: str
    service: str
    environment: str
    commit: str
    branch: str
    ami: str
    made_at: datetime
    against: tuple[Against, ...]
    launches: tuple[Launch, ...] = ()
    tickets: Mapping[str, Ticket] = field(default_factory=dict)
    commit_url: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """What the room, the approval and other pages need of a report. `page` is its address, "" where it has none;
    `missing` is what could not be said."""

    sentence: str
    page: str
    missing: str = ""

    @property
    def line(self) -> str:
        """All of it, for the room."""
        return "; ".join(filter(None, (f"{self.sentence}: {self.page}" if self.page else self.sentence, self.missing)))


def all_missing(report: ChangeReport) -> tuple[str, ...]:
    """Everything that could not be said, each once."""
    of_parts = (*(why for one in report.against for why in one.missing),
                *(launch.unknown for launch in report.launches if launch.unknown))
    return tuple(dict.fromkeys((*report.missing, *of_parts)))


def with_missing(report: ChangeReport, sentences: Iterable[str]) -> ChangeReport:
    """The same, with what else could not be said."""
    return replace(report, missing=tuple(dict.fromkeys((*report.missing, *sentences))))


def told_of(report: ChangeReport, page: str) -> Told:
    return Told(headline(report), page, "; ".join(all_missing(report)))


def headline(report: ChangeReport) -> str:
    """`12 commits of 4 people, 3 libraries up, 1 config key`: for each AMI that runs, where there are several."""
    several = len(report.against) > 1
    told = [f"{', '.join(one.running.regions)}: {_against(one)}" if several else _against(one)
            for one in report.against] or ["nothing is known of what runs"]
    return "; ".join((*told, *_by_hand(report)))


def _against(one: Against) -> str:
    return ", ".join((*_source(one.source), *_libraries(one.libraries), *_config(one.config))) or (
        "what changed is not known")


def _source(source: Source | None) -> Iterator[str]:
    if source is None:
        return
    if not source.comes and not source.goes:
        yield "the same commit"
        return
    more = "" if source.whole else "at least "
    people = f" of {counted(len(source.people), 'person', 'people')}" if source.commits else ""
    yield f"{more}{counted(source.commits, 'commit')}{people}"
    gone = sum(not commit.again for commit in source.goes)
    if gone:
        yield f"{counted(gone, 'commit')} that ran {'goes' if gone == 1 else 'go'} out"


def _libraries(changes: tuple[LibraryChange, ...] | None) -> Iterator[str]:
    if changes is None:
        return
    numbers = Counter(change.how for change in changes)
    told = [how for how in (How.UP, How.DOWN, How.CHANGED, How.ADDED, How.REMOVED) if numbers[how]]
    if not told:
        yield "the same libraries"
        return
    yield f"{counted(numbers[told[0]], 'library', 'libraries')} {told[0]}"
    yield from (f"{numbers[how]:,} {how}" for how in told[1:])


def _config(changes: tuple[ConfigChanges, ...] | None) -> Iterator[str]:
    keys = {key.key for one in changes or () for key in one.keys}
    if keys:
        yield counted(len(keys), "config key")


def _by_hand(report: ChangeReport) -> Iterator[str]:
    regions = [launch.region for launch in report.launches if any(told.differs for told in launch.told)]
    if regions:
        yield f"the launch template was changed by hand in {', '.join(regions)}"


def counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def written(report: ChangeReport, told: Told) -> bytes:
    """As JSON, for machines: everything that the page says."""
    return json.dumps({"version": VERSION, "sentence": told.sentence, "page": told.page, "not_said": told.missing,
                       **_derived(report)},
                      default=datetime.isoformat, ensure_ascii=False).encode()


def read_told(body: bytes) -> Told:
    """What an older version did not say is empty."""
    said = json.loads(body)
    return Told(said["sentence"], said["page"], said.get("not_said", ""))


def _derived(report: ChangeReport) -> dict[str, Any]:
    """With what is counted of the source, so that nobody needs to count again."""
    value = asdict(report)
    for said, one in zip(value["against"], report.against, strict=True):
        if one.source:
            said["source"] |= {"commits": one.source.commits, "people": [asdict(p) for p in one.source.people],
                               "by_ticket": [asdict(t) for t in one.source.tickets], "merged": one.source.merged}
    return value
