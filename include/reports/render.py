"""Pages that a team reads on a phone and keeps for ever: one file each, with nothing fetched from elsewhere.

Metric names, commit messages and reasons are untrusted: every value is escaped, and one that is missing is an error.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from include.domain.aws_calls import from_line
from include.domain.push import Event, PushEnd, PushRecord

TEMPLATES = Path(__file__).with_name("templates")
WHOLE_PUSH = "All regions"


def push_report(record: PushRecord, events: Sequence[Event], canary_page: str = "") -> str:
    """The page of a push: how it ended, each region, and the timeline. `canary_page` is the other page's address."""
    ordered = sorted(events, key=lambda event: event.at)
    done = [region for region in record.regions.split(",") if region]
    seen = dict.fromkeys(event.region for event in ordered if event.region)
    return page("push.html", record=record, events=ordered, canary_page=link(canary_page), whole=WHOLE_PUSH,
                 operations=from_line(record.aws_operations), success=record.end == PushEnd.SUCCESS,
                 regions=[(region, region in done, _last(ordered, region)) for region in (dict.fromkeys(done) | seen)])


def _last(events: Sequence[Event], region: str) -> Event | None:
    return next((event for event in reversed(events) if event.region == region), None)


def link(address: str) -> str:
    """Only what a browser may open without harm becomes a link."""
    return address if address.startswith(("https://", "http://", "./")) else ""


def page(template: str, **values: object) -> str:
    return _templates().get_template(template).render(**values)


@cache
def _templates() -> Environment:
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True,
                              undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"utc": _utc, "clock": _clock, "lasted": _lasted}
    return environment


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%H:%M:%S}"


def _lasted(length: timedelta) -> str:
    hours, seconds = divmod(round(length.total_seconds()), 3600)
    minutes, seconds = divmod(seconds, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {seconds:02d} s"
