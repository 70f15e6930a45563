"""Sweet spots in the archive, for ever: what a squeeze found is written once, and read by whoever builds on it."""

import logging
from collections.abc import Callable
from dataclasses import replace

from include.domain import asg_tags
from include.domain.asg_names import BASELINE, CANARY, cluster_name
from include.domain.canary import Canary
from include.domain.cluster import Asg
from include.domain.squeeze.found import Found
from include.domain.squeeze.sweet_spot import SweetSpot, Tried, folder, key, packed, unpacked
from include.ports import Archive, Clusters, Images
from include.steps.canary.pair import found
from include.steps.squeeze.here import Here
from include.steps.squeeze.running import Squeezing

log = logging.getLogger(__name__)

LAST = 40       # squeezes that a history goes back


def kept_sweet_spot(service: str, ami: str, push_id: str, archive: Archive) -> SweetSpot | None:
    """What this push found of the AMI; None where it was not squeezed."""
    body = archive.get(key(service, ami, push_id))
    return unpacked(body)[0] if body else None


def kept_curve(service: str, ami: str, push_id: str, archive: Archive) -> list[Tried]:
    """The steps that it was found by, in their order; empty where it was not squeezed."""
    body = archive.get(key(service, ami, push_id))
    return unpacked(body)[1] if body else []


def history(service: str, archive: Archive, ami: str = "", last: int = LAST) -> list[SweetSpot]:
    """The newest squeezes of the service (or of one of its AMIs), the oldest first. What cannot be read is passed over,
    and told in the log."""
    found = []
    for name in _newest(archive.keys(folder(service, ami)), last):
        try:
            found.append(unpacked(archive.get(name) or b"")[0])
        except ValueError as error:
            log.warning("%s is passed over: %s", name, error)
    return sorted(found, key=lambda spot: spot.measured_at)


def kept_of(canary: Canary, clusters: Clusters, images: Images, archive: Archive) -> SweetSpot | None:
    """What this canary's squeeze found, if it was squeezed to the end."""
    asg = found(canary.push_id, cluster_name(canary.service, canary.environment), clusters).get(CANARY)
    return kept_sweet_spot(canary.service, _ami(asg, images), canary.push_id, archive) if asg else None


def keep(canary: Canary, squeezing: Squeezing, here: Here, images: Images, archive: Archive,
         page: Callable[[SweetSpot], str] = lambda _: "") -> SweetSpot:
    """What was found, with its curve, once and for all. `page` keeps its page, and says the address."""
    spot = _sweet_spot(canary, squeezing, here, images)
    name = key(spot.service, spot.ami, spot.push_id)
    body = archive.get(name)
    if body is None:
        spot = replace(spot, report=page(spot))
        archive.put(name, packed(spot, squeezing.curve), "application/json")
        return spot
    return unpacked(body)[0]


def _sweet_spot(canary: Canary, squeezing: Squeezing, here: Here, images: Images) -> SweetSpot:
    ours, theirs = here.pair[CANARY], here.pair[BASELINE]
    limits = squeezing.limits
    return SweetSpot(
        canary.push_id, canary.service, canary.environment, canary.region, here.service.squeeze.kind,
        canary.commit, _ami(ours, images), ours.name, *_rates(squeezing, CANARY),
        theirs.tags.get(asg_tags.COMMIT, ""), _ami(theirs, images), theirs.name, *_rates(squeezing, BASELINE),
        limits.latency_ms if limits else 0.0, limits.error_percent if limits else 0.0, here.look.now,
        _reason(squeezing, here))


def _rates(squeezing: Squeezing, side: str) -> tuple[float | None, ...]:
    of = squeezing.found.get(side, Found())
    return of.rps, of.low, of.high, of.saturation, of.saturation_low, of.saturation_high


def _reason(squeezing: Squeezing, here: Here) -> str:
    said = [f"one instance of {here.pair[side].name} carries {of}" for side, of in squeezing.found.items()]
    missing = [f"{here.pair[side].name} was not squeezed to the end: {squeezing.ending}" for side in squeezing.todo]
    return "; ".join((*said, *missing))


def _ami(asg: Asg, images: Images) -> str:
    """The AMI's name, the same in every region; its id where it has none any more."""
    image = images.named(asg.ami)
    return image.name if image else asg.ami


def _newest(keys: list[str], last: int) -> list[str]:
    """Ids of pushes begin with the service and the instant, so that those of one service sort by time."""
    return sorted((name for name in keys if name.endswith(".json")), key=lambda name: name.rpartition("/")[2])[-last:]
