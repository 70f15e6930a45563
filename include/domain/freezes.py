"""Declared times in which nothing is pushed: a holiday, a final, a fair. Pure: zones and instants are arguments."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field, field_validator
from pydantic.dataclasses import dataclass

from include.domain.settings import iana


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Freeze:
    """On the wall clock of its own zone; without one, of the market's that declares it, and of UTC for a service's."""

    name: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,80}$")]
    starts: datetime
    ends: datetime
    time_zone: str | None = None

    @field_validator("starts", "ends")
    @classmethod
    def _wall_clock(cls, value: datetime) -> datetime:
        if value.tzinfo is not None:
            raise ValueError("a date and a time of day without a zone: time_zone counts")
        return value

    @field_validator("ends")
    @classmethod
    def _after_it_starts(cls, value: datetime, others) -> datetime:
        starts = others.data.get("starts")
        if starts is not None and value <= starts:
            raise ValueError(f"a freeze ends after it starts, at {starts:%Y-%m-%d %H:%M}")
        return value

    @field_validator("time_zone")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        return value if value is None else iana(value)


class Frozen(NamedTuple):
    """One freeze between two instants (the second is no part of it)."""

    starts: datetime
    ends: datetime
    name: str
    time_zone: str

    @property
    def what(self) -> str:
        return f"the freeze “{self.name}”"

    @property
    def is_on(self) -> str:
        return f"{self.what} lasts until {self.local(self.ends)}"

    def local(self, instant: datetime) -> str:
        return f"{instant.astimezone(ZoneInfo(self.time_zone)):%a %Y-%m-%d %H:%M} {self.time_zone}"


def frozen(freezes: Iterable[Freeze], time_zone: str = "UTC") -> Iterator[Frozen]:
    """Each freeze, widened where a clock change makes a bound happen twice, or never; `time_zone` is for those without
    one of their own."""
    for freeze in freezes:
        zone = freeze.time_zone or time_zone
        yield Frozen(min(_instants(freeze.starts, zone)), max(_instants(freeze.ends, zone)), freeze.name, zone)


def _instants(wall: datetime, time_zone: str) -> list[datetime]:
    return [wall.replace(fold=fold, tzinfo=ZoneInfo(time_zone)).astimezone(UTC) for fold in (0, 1)]
