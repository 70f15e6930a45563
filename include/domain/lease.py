"""The lease of one cluster in one region, as a value: who holds it, what for, since when and about how long, and the
rules by which it goes from one to the next.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from include.domain.errors import LeaseHeld, LeaseLost
from include.domain.push import ALONE, Push, PushKind
from include.domain.service import Service


@dataclass(frozen=True)
class Work:
    """What somebody takes a lease for: `what` in words ("patch push"), the address of the DAG run's page (its last part
    is the run's id), and about when it will be given back."""

    what: str
    run: str
    until: datetime


@dataclass(frozen=True)
class Lease:
    """The right to change one cluster in one region. `token` only ever grows; a smaller one is fenced off.

    `owner` is "" once it was given back. `renewed_at` is its holder's last sign of life. `wanted_by` waits for it.
    """

    key: str
    owner: str
    token: int
    expires_at: datetime
    since: datetime
    renewed_at: datetime
    what: str = ""
    run: str = ""
    until: datetime | None = None
    wanted_by: str = ""


def taken(there: Lease | None, key: str, owner: str, now: datetime, lasts: timedelta, work: Work | None = None, *,
          by_force: bool = False, over: Lease | None = None, above: int = 0) -> Lease:
    """The lease as this owner holds it from now on, renewed where it is the owner's; LeaseHeld where it is another's.

    `over` is taken from its holder, unless it went on to somebody else; the token is greater than `above`.
    Renewed for the same work it keeps its first estimate: whoever waits shall hear that it takes longer.
    """
    if there and there.owner == owner:
        is_new = work and work.what != there.what
        return _for(work if is_new else None, replace(there, expires_at=now + lasts, renewed_at=now))
    is_held = there is not None and there.owner and there.expires_at > now
    if is_held and not by_force and not _same(there, over):
        raise LeaseHeld(held_by(there, now), there)
    token = max(there.token if there else 0, above) + 1
    return _for(work, Lease(key, owner, token, now + lasts, since=now, renewed_at=now))


def wanted(there: Lease | None, by: str) -> Lease | None:
    """The lease with who waits for it; None where nothing is to be written: nobody holds it, or one waits already."""
    return replace(there, wanted_by=by) if there and there.owner and not there.wanted_by else None


def must_be_held(there: Lease | None, key: str, owner: str, token: int) -> None:
    """LeaseLost unless this owner holds it with this token."""
    if there and (there.owner, there.token) == (owner, token):
        return
    holder = f"{there.owner} with token {there.token}" if there and there.owner else "nobody"
    raise LeaseLost(f"{owner} lost the lease of {key} (token {token}): it is held by {holder}")


def held_by(lease: Lease, now: datetime) -> str:
    """`the lease of api/prod/us-west-2 is held by patch push api-2026… (run manual__…) since 10:02 UTC, about 40
    minutes more`"""
    run = f" (run {lease.run.rpartition('/')[2]})" if lease.run else ""
    return (f"the lease of {lease.key} is held by {lease.what} {lease.owner}{run} "
            f"since {_clock(lease.since, now)}, {_how_long(lease, now)}").replace("  ", " ")


def named_push(push: Push) -> str:
    """What a push takes leases for, in words."""
    return push.kind if push.kind in (*ALONE, PushKind.DEPLOY) else f"{push.kind} push"


def push_lasts(service: Service, environment: str, region: str) -> timedelta:
    """About how long a push needs the lease of a region that it begins now: this region and all after it, for until its
    end it may have to be undone. Launches and waits for off-peak hours come on top."""
    regions = [here.region for here in service.environments[environment].regions]
    one = service.lasts(minutes=service.red_black.red_red_minutes + service.red_black.watch_minutes)
    return one * (len(regions) - regions.index(region))


def canary_lasts(push: Push, service: Service) -> timedelta:
    """The same for the canary's region: the bake, and the push behind it."""
    bake = service.lasts(hours=service.canary.bake_hours)
    if push.kind in ALONE:
        return bake
    return bake + push_lasts(service, push.environment, service.canary.region)


def is_silent(lease: Lease, now: datetime, at_least: timedelta) -> bool:
    """Its holder gave no sign of life for so long."""
    return now - lease.renewed_at >= at_least


def _for(work: Work | None, lease: Lease) -> Lease:
    return replace(lease, what=work.what, run=work.run, until=work.until) if work else lease


def _same(there: Lease, over: Lease | None) -> bool:
    return over is not None and (there.owner, there.token) == (over.owner, over.token)


def _how_long(lease: Lease, now: datetime) -> str:
    if lease.until is None:
        return f"until {_clock(lease.expires_at, now)} at the latest"
    if lease.until <= now:
        return f"longer than was thought: until about {_clock(lease.until, now)}"
    seconds = ceil((lease.until - now).total_seconds())
    if seconds <= 120:
        return f"about {seconds} s more"
    return f"about {ceil(seconds / 60)} minutes more" if seconds <= 7200 else f"about {ceil(seconds / 3600)} hours more"


def _clock(at: datetime, now: datetime) -> str:
    """The day is said where it is not today."""
    return f"{at:%H:%M} UTC" if at.date() == now.date() else f"{at:%Y-%m-%d %H:%M} UTC"
