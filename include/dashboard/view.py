"""The dashboard of one service as a value: everything that its page shows, read once for everybody who looks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from include.dashboard.day import Stretch, hours, strip
from include.dashboard.figures import Figures, figures
from include.dashboard.pushes import OnItsWay, Pushes, of_prod
from include.dashboard.regions import RegionNow, read_regions
from include.domain.audit import HumanAct
from include.domain.errors import SerinError
from include.domain.looks import Look
from include.domain.peak_windows import Market
from include.domain.push import PushRecord
from include.domain.region_slots import RegionSlot, region_slots
from include.domain.service import Service
from include.domain.where import CommitPlace
from include.ports import Archive, Branches, Clusters, Images, Leases
from include.steps.branches.where import where
from include.steps.push.audit import newest_acts
from include.steps.push.hold import held_back

COMMITS = 10            # in the pipeline
ACTS = 20               # of people, the newest


@dataclass(frozen=True)
class Sources:
    """Whom the page asks. `places` are the clusters by environment and region."""

    service: Service
    places: Mapping[tuple[str, str], Clusters]
    archive: Archive
    leases: Leases
    branches: Branches
    images: Images
    markets: Mapping[str, Market]


@dataclass(frozen=True)
class View:
    """`missing` says what could not be read, each in a sentence."""

    service: Service
    read_at: datetime
    regions: Sequence[RegionNow]
    ended: Sequence[PushRecord]
    running: Sequence[OnItsWay]
    figures: Figures | None
    slots: Mapping[str, RegionSlot]
    strips: Mapping[str, Sequence[Stretch]]
    hours: Sequence[tuple[float, str]]
    pipeline: Sequence[CommitPlace]
    next_weekly: Sequence[str]
    held: str
    acts: Sequence[HumanAct]
    missing: Sequence[str]


def read_view(ask: Sources, pushes: Pushes, now: datetime) -> View:
    """Never raises for what is away: what is missing is told."""
    missing: list[str] = []
    service = ask.service

    def part(what: str, read: Any, otherwise: Any) -> Any:
        try:
            return read()
        except Exception as error:      # a part of the page, not the page
            missing.append(f"{what}: {error}" if isinstance(error, SerinError) else f"{what}: {type(error).__name__}")
            return otherwise

    regions = read_regions(service.service, ask.places)
    ended, running = part("pushes", lambda: pushes.read(now), ([], []))
    counted = part("figures", lambda: figures(of_prod(ended), pushes.undone(), now), None)
    slots = part("slots", lambda: {slot.region: slot for slot in region_slots(service, ask.markets, now)}, {})
    prod = [here.region for here in service.environments["prod"].regions]
    strips = part("peak hours", lambda: {region: strip(region, service, ask.markets, now) for region in prod}, {})
    held = part("hold", lambda: held_back(service, "prod", Look(now, now), ask.leases), None)
    known = {(one.environment, one.region): _Seen(one) for one in regions}
    pipeline = part("pipeline", lambda: _pipeline(ask, known), [])
    acts = part("what people did", lambda: newest_acts(service.service, ACTS, now, ask.archive), [])
    weekly = part("next weekly push", lambda: _next_weekly(ask), [])
    return View(service, now, regions, ended, running, counted, slots, strips, hours(service, now), pipeline, weekly,
                held.reason if held else "", acts, missing)


class _Seen:
    """A region's ASGs as they were read a moment ago, for those who would read them again."""

    def __init__(self, region: RegionNow):
        self._region = region

    def asgs(self, cluster: str) -> list[Any]:
        if self._region.silent:
            raise SerinError(self._region.silent)
        return list(self._region.raw)


def _pipeline(ask: Sources, places: Mapping[tuple[str, str], Any]) -> list[CommitPlace]:
    """The newest commits of the three branches, each with everything that it passed."""
    branches = ask.service.branches
    newest = ask.branches.newest([branches.test, branches.release, branches.prod], COMMITS)
    return [place for commit in newest
            for place in where(commit.sha, ask.service, ask.branches, ask.images, ask.archive, places).commits]


def _next_weekly(ask: Sources) -> list[str]:
    """What `release` has and `prod` has not: subjects, the newest first."""
    prod, release = (ask.branches.head(branch)
                     for branch in (ask.service.branches.prod, ask.service.branches.release))
    return [f"{change.commit.sha[:12]} {change.commit.subject} ({change.commit.author})"
            for change in ask.branches.between(prod, release, 200)]
