"""Why a canary has its score: what was lost by group, who can act on it, what its traffic was, and what it could
see."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from itertools import groupby
from statistics import quantiles
from typing import NamedTuple

from include.domain.metric_sources import MetricRule, MetricSource
from include.domain.scoring.readings import Reading

MOST_ENDPOINTS = 12


class Lost(NamedTuple):
    """A group's points, and the readings that took them off, the dearest first. `owners` can act on it."""

    group: str
    points: float
    readings: tuple[Reading, ...]
    owners: tuple[str, ...]


class Share(NamedTuple):
    """One kind of request: its part of each side's requests, in per cent."""

    name: str
    canary: float
    baseline: float


def lost_by_group(lost: Sequence[Reading], rules: Sequence[MetricRule]) -> list[Lost]:
    """The group that lost most first: that is where to look."""
    ordered = sorted(lost, key=lambda reading: (reading.group, -reading.points, reading.name))
    groups = [_lost(group, tuple(some), rules) for group, some in groupby(ordered, key=lambda reading: reading.group)]
    return sorted(groups, key=lambda group: -group.points)


def _lost(group: str, readings: tuple[Reading, ...], rules: Sequence[MetricRule]) -> Lost:
    owners = dict.fromkeys(filter(None, (_owner(reading.name, rules) for reading in readings)))
    return Lost(group, sum(reading.points for reading in readings), readings, tuple(owners))


def _owner(name: str, rules: Sequence[MetricRule]) -> str:
    return next((rule.owner for rule in rules if fnmatchcase(name, rule.pattern)), "")


def request_mix(readings: Sequence[Reading], source: MetricSource | None) -> list[Share]:
    """What both sides were asked for: the metrics beside that of all requests (`requests.all` → `requests.*`), the
    greatest first. Empty where the store has no such metrics."""
    stem, _, whole = source.requests.rpartition(".") if source else ("", "", "")
    asked = [reading for reading in readings
             if stem and reading.name.startswith(f"{stem}.") and reading.name != f"{stem}.{whole}"]
    totals = [sum(side or 0 for side in sides)
              for sides in (zip(*((reading.canary, reading.baseline) for reading in asked), strict=True)
                            if asked else ((), ()))]
    if not all(totals):
        return []
    shares = [Share(reading.name, 100 * (reading.canary or 0) / totals[0], 100 * (reading.baseline or 0) / totals[1])
              for reading in asked]
    return sorted(shares, key=lambda share: -max(share.canary, share.baseline))[:MOST_ENDPOINTS]


def could_see(readings: Sequence[Reading]) -> str:
    """How small a change this canary could tell from noise, from where each ratio lies with 95 %; "" where none
    does."""
    reach = [reading.high / reading.ratio for reading in readings if reading.ratio and reading.high]
    if len(reach) < 2:
        return ""
    half, most = (quantiles(reach, n=10, method="inclusive")[decile] for decile in (4, 8))
    return (f"a metric's ratio is known to within {_percent(half)} for half of {len(reach):,} metrics, and to within "
            f"{_percent(most)} for nine in ten: less than that is not told from noise")


def _percent(times: float) -> str:
    return f"{100 * (times - 1):.2g} %"
