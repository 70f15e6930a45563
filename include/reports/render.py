"""Pages that a team reads on a phone and keeps for ever: one file each, with nothing fetched from elsewhere.

Metric names, commit messages and reasons are untrusted: every value is escaped, and one that is missing is an error.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from include.domain.aws_calls import from_line
from include.domain.canary import Canary
from include.domain.push import Event, PushEnd, PushRecord
from include.domain.scoring.readings import Judgement, Reading, State
from include.ports import MetricTable
from include.reports.spark import HEIGHT, WIDTH, sparks

QUIET = (State.SAME, State.NOISY, State.NO_DATA)
WHOLE_PUSH = "All regions"


def canary_report(canary: Canary, judgement: Judgement, go_score: int, since: datetime, until: datetime,
                  table: MetricTable | None = None) -> str:
    """The page of a verdict: score, reason, what was lost, every reading. `since` to `until` is what was judged;
    `table`, the canary first, is drawn beside what differs."""
    free = [reading for reading in judgement.readings if not reading.points]
    return _page("canary.html", canary=canary, judgement=judgement, go_score=go_score, since=since, until=until,
                 sparks=sparks(judgement, table), width=WIDTH, height=HEIGHT,
                 counts={str(state): sum(reading.state == state for reading in judgement.readings) for state in State},
                 loud=_by_group([reading for reading in free if reading.state not in QUIET]),
                 quiet=_by_group([reading for reading in free if reading.state in QUIET]))


def push_report(record: PushRecord, events: Sequence[Event], canary_page: str = "") -> str:
    """The page of a push: how it ended, each region, and the timeline. `canary_page` is the other page's address."""
    ordered = sorted(events, key=lambda event: event.at)
    done = [region for region in record.regions.split(",") if region]
    seen = dict.fromkeys(event.region for event in ordered if event.region)
    return _page("push.html", record=record, events=ordered, canary_page=_link(canary_page), whole=WHOLE_PUSH,
                 operations=from_line(record.aws_operations), success=record.end == PushEnd.SUCCESS,
                 regions=[(region, region in done, _last(ordered, region)) for region in (dict.fromkeys(done) | seen)])


def _last(events: Sequence[Event], region: str) -> Event | None:
    return next((event for event in reversed(events) if event.region == region), None)


def _by_group(readings: Sequence[Reading]) -> list[tuple[str, list[Reading]]]:
    """Groups with the dearest first; the order of the readings stays."""
    cost: dict[str, float] = {}
    for reading in readings:
        cost[reading.group] = cost.get(reading.group, 0.0) + reading.points
    ordered = sorted(readings, key=lambda reading: (-cost[reading.group], reading.group))
    return [(group, list(some)) for group, some in groupby(ordered, key=lambda reading: reading.group)]


def _link(address: str) -> str:
    """Only what a browser may open without harm becomes a link."""
    return address if address.startswith(("https://", "http://", "./")) else ""


def _page(template: str, **values: object) -> str:
    return _templates().get_template(template).render(**values)


@cache
def _templates() -> Environment:
    environment = Environment(loader=FileSystemLoader(Path(__file__).with_name("templates")), autoescape=True,
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
