"""A person holds a service back: no canary is launched and no region is begun, until somebody resumes. What is under
way goes on, for half a push is no state to stop in.

The hold lies beside the leases, for it must be seen by every worker at once and outlive Airflow; unlike them it never
runs out by itself.
"""

from datetime import UTC, datetime

from include.domain.errors import Refused
from include.domain.lease import Lease, Work
from include.domain.looks import Look, Wait, Why
from include.domain.service import Service
from include.ports import Leases

NEVER = datetime(9000, 1, 1, tzinfo=UTC)


def hold(who: str, reason: str, service: Service, environment: str, now: datetime, leases: Leases) -> str:
    """Holding back what is held back already changes nothing, and says who did it first."""
    key = hold_key(service, environment)
    there = leases.holder(key)
    if there is None:
        there = leases.take(key, who, now, work=Work(reason, "", NEVER), by_force=True)
    return said(there, service, environment)


def resume(who: str, reason: str, service: Service, environment: str, leases: Leases) -> str:
    """Refused where nothing is held back: whoever says so expects something else to go on."""
    key = hold_key(service, environment)
    there = leases.holder(key)
    if there is None:
        raise Refused(f"{service.service} is not held back in {environment}: there is nothing to resume")
    leases.release(key, there.owner)
    return f"{who} resumed {service.service} in {environment}, which {there.owner} had held back: {reason}"


def held_back(service: Service, environment: str, look: Look, leases: Leases) -> Wait | None:
    """A wait that only a person ends, or None."""
    there = leases.holder(hold_key(service, environment))
    if there is None:
        return None
    return Wait(f"{said(there, service, environment)}; it goes on once somebody resumes", look.since,
                look.now + service.lasts(minutes=service.red_black.look_every_minutes), why=Why.HOLD)


def said(held: Lease, service: Service, environment: str) -> str:
    return (f"{service.service} is held back in {environment} by {held.owner} since {held.since:%Y-%m-%d %H:%M} UTC: "
            f"{held.what}")


def hold_key(service: Service, environment: str) -> str:
    return f"{service.service}/{environment}/held-back"
