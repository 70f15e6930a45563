"""Pages that a team reads on a phone and keeps for ever: one file each, with nothing fetched from elsewhere.

Metric names, commit messages and reasons are untrusted: every value is escaped, and one that is missing is an error.
"""

import base64
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from include.domain.aws_calls import from_line
from include.domain.push import Event, PushEnd, PushRecord

TEMPLATES = Path(__file__).with_name("templates")
WHOLE_PUSH = "All regions"


def push_report(record: PushRecord, events: Sequence[Event], canary_page: str = "",
                changes_page: str = "") -> str:
    """The page of a push: how it ended, each region, and the timeline; `…_page` is the address of another one."""
    ordered = sorted(events, key=lambda event: event.at)
    done = [region for region in record.regions.split(",") if region]
    seen = dict.fromkeys(event.region for event in ordered if event.region)
    return page("push.html", record=record, events=ordered, canary_page=link(canary_page),
                changes_page=link(changes_page), whole=WHOLE_PUSH,
                commits=[commit for commit in record.commits.split(",") if commit],
                 operations=from_line(record.aws_operations), success=record.end == PushEnd.SUCCESS,
                 regions=[(region, region in done, _last(ordered, region)) for region in (dict.fromkeys(done) | seen)])


def _last(events: Sequence[Event], region: str) -> Event | None:
    return next((event for event in reversed(events) if event.region == region), None)


def link(address: str) -> str:
    """Only what a browser may open without harm becomes a link."""
    return address if address.startswith(("https://", "http://", "./")) else ""


@cache
def script(name: str) -> tuple[Markup, str]:
    """A script of ours, and its hash for the page's policy: the browser runs this one and no other."""
    text = (TEMPLATES / name).read_text("utf-8")
    return Markup(text), f"script-src 'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def page(template: str, **values: object) -> str:
    return _templates().get_template(template).render(**values)


@cache
def _templates() -> Environment:
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True,
                              undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"utc": _utc, "minute": _minute, "clock": _clock, "lasted": _lasted, "since": _since}
    return environment


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%H:%M:%S}"


def _lasted(length: timedelta) -> str:
    hours, seconds = divmod(round(length.total_seconds()), 3600)
    minutes, seconds = divmod(seconds, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {seconds:02d} s"


def _since(length: timedelta) -> str:
    """An age, in the unit that a person would take."""
    seconds = max(0, round(length.total_seconds()))
    for unit, size in (("days", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit} old"
    return f"{seconds} s old"
