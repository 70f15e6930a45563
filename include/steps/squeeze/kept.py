"""Sweet spots in the archive, for ever: what a squeeze found is written once, and read by whoever builds on it."""

import logging

from include.domain.squeeze.sweet_spot import SweetSpot, Tried, folder, key, unpacked
from include.ports import Archive

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


def _newest(keys: list[str], last: int) -> list[str]:
    """Ids of pushes begin with the service and the instant, so that those of one service sort by time."""
    return sorted((name for name in keys if name.endswith(".json")), key=lambda name: name.rpartition("/")[2])[-last:]
