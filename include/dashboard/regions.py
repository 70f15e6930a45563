"""What each region of each environment runs, read from AWS's tags: all regions at once, and one that does not answer
hides no other."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from include.domain import asg_tags
from include.domain.asg_names import cluster_name, members
from include.domain.asg_tags import Role
from include.domain.cluster import Asg
from include.domain.standing import is_black
from include.ports import Clusters

READERS = 16
CANARY = "canary"


@dataclass(frozen=True)
class AsgNow:
    """One ASG as the page shows it. `colour` is red, black or canary; `until` is when a black one may be deleted."""

    name: str
    colour: str
    commit: str
    ami: str
    size: int
    in_service: int
    since: datetime
    push: str
    until: datetime | None
    kept: str


@dataclass(frozen=True)
class RegionNow:
    """`silent` says why nothing is known; `asgs` are then empty, and `raw` too."""

    environment: str
    region: str
    asgs: tuple[AsgNow, ...] = ()
    silent: str = ""
    raw: tuple[Asg, ...] = ()

    @property
    def way_back(self) -> str:
        """What a rollback would stand on, and so about how long it takes."""
        red = [asg for asg in self.raw if not is_black(asg) and asg.tags.get(asg_tags.ROLE) == Role.NEW]
        if not red:
            return ""
        baseline = red[-1].tags.get(asg_tags.REPLACES, "")
        there = next((asg for asg in self.raw if asg.name == baseline and not asg.deleting), None)
        if there is not None and there.in_service:
            return f"{baseline} is kept with {there.in_service} in service: back within a minute or so"
        if there is not None:
            return f"{baseline} is kept: back once its instances have started"
        if red[-1].tags.get(asg_tags.REPLACES_AMI):
            return f"{baseline} is gone: its AMI is launched again, as long as a launch takes"
        return "nothing tells what ran before"


def read_regions(service: str, places: Mapping[tuple[str, str], Clusters]) -> list[RegionNow]:
    """`places` by environment and region; the answer in their order."""
    with ThreadPoolExecutor(READERS) as readers:
        return list(readers.map(lambda place: _read(service, *place, places[place]), places))


def _read(service: str, environment: str, region: str, clusters: Clusters) -> RegionNow:
    cluster = cluster_name(service, environment)
    try:
        asgs = clusters.asgs(cluster)
    except Exception as error:      # whatever it is, the page has other regions to show
        return RegionNow(environment, region, silent=f"{type(error).__name__}: {error}"[:300])
    return RegionNow(environment, region, tuple(_shown(asgs, cluster)), raw=tuple(asgs))


def _shown(asgs: Sequence[Asg], cluster: str) -> list[AsgNow]:
    """Red first, then canaries, then black; the newest of each first."""
    own = {asg.name for asg in members(asgs, cluster)}
    shown = [_now(asg, asg.name in own) for asg in asgs if not asg.deleting]
    return sorted(sorted(shown, key=lambda asg: asg.name, reverse=True),
                  key=lambda asg: ("red", CANARY, "black").index(asg.colour))


def _now(asg: Asg, is_member: bool) -> AsgNow:
    tags = asg.tags
    colour = CANARY if not is_member else "black" if is_black(asg) else "red"
    expires = tags.get(asg_tags.EXPIRES_AT, "")
    return AsgNow(asg.name, colour, tags.get(asg_tags.COMMIT, ""), asg.ami, asg.desired, asg.in_service,
                  asg.created_at, tags.get(asg_tags.PUSH, ""), _instant(expires), tags.get(asg_tags.KEPT, ""))


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
