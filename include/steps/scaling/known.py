"""What is known of an AMI's capacity: the newest squeeze that found a sweet spot."""

from include.domain.squeeze.sweet_spot import SweetSpot
from include.ports import Archive
from include.steps.squeeze.kept import history

NEWEST = 5      # squeezes of one AMI that are looked at: the last one may have found nothing


def sweet_spot_of(service: str, environment: str, ami: str, archive: Archive) -> SweetSpot | None:
    """Of the AMI with this name, in any region of the environment; None where none was found."""
    found = [spot for spot in history(service, archive, ami, NEWEST)
             if spot.rps and spot.environment == environment] if ami else []
    return found[-1] if found else None


def safe_rps(spot: SweetSpot) -> float:
    """Requests/s that an instance on either AMI carries for sure, as law 1 needs it: a rollback counts on the other."""
    return min(rps for rps in (spot.rps_low or spot.rps, spot.baseline_rps_low or spot.baseline_rps) if rps)
