"""The lease of one cluster in one region, as a step holds it: renewed on each look, checked before every change.

It is checked twice: in its store right before each change, and by the fencing token that it leaves in the tags of every
ASG that it changes, wherever ASGs are read. A process that slept while the lease went on can change nothing any more.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from include.domain.cluster import Asg
from include.domain.errors import LeaseHeld, LeaseLost
from include.domain.lease import Lease, Work, is_silent
from include.domain.looks import Look, Wait, Why, wait_or_give_up
from include.domain.push import RegionPlan
from include.domain.service import Service
from include.ports import Leases, Runs
from include.steps.guarded import Guarded, greatest_token

SILENT_MINUTES = 5      # a holder whose run has ended may still be writing for so long after its last sign of life
Port = TypeVar("Port")


@dataclass(frozen=True)
class Held:
    """The right to change one cluster, for this look."""

    leases: Leases
    key: str
    owner: str
    token: int

    def check(self) -> None:
        self.leases.check(self.key, self.owner, self.token)

    def guard(self, port: Port) -> Port:
        """The same port; each verb that changes something checks the lease first."""
        return Guarded(port, self)  # type: ignore[return-value]


def lease_key(service: str, environment: str, region: str) -> str:
    """What one lease is for."""
    return f"{service}/{environment}/{region}"


def roll_back_owner(push_id: str) -> str:
    """Who holds the lease while a push undoes itself: it fences off what is still alive of the push."""
    return f"{push_id}.roll_back"


def hold(plan: RegionPlan, look: Look, leases: Leases) -> Held:
    """Still the lease that the plan was made under, renewed; LeaseLost where somebody had it in between."""
    key = lease_key(plan.service, plan.environment, plan.region)
    leases.check(key, plan.push_id, plan.lease_token)
    lease = leases.take(key, plan.push_id, look.now)
    if lease.token != plan.lease_token:
        raise LeaseLost(f"{plan.push_id} lost the lease of {key}: planned with token {plan.lease_token}, "
                        f"the store is at {lease.token}")
    return Held(leases, key, plan.push_id, lease.token)


def take(key: str, owner: str, service: Service, look: Look, leases: Leases, runs: Runs, asgs: Iterable[Asg], *,
         what: str, lasts: timedelta, from_owner: str = "", by_force: bool = False) -> Held | Wait:
    """The lease of the cluster with these ASGs, for `what` and about so long; or a wait that names its holder, for as
    long as one region's push may take.

    It is taken from `from_owner`, and from a holder whose run has ended; `by_force` from anybody. Its holder can read
    who waits, and a calibration gives way.
    """
    there = leases.holder(key)
    goes_on = there and (there.owner == from_owner or is_left_behind(there, owner, service, look, runs))
    try:
        lease = leases.take(key, owner, look.now, work=Work(what, runs.this(), look.now + lasts), by_force=by_force,
                            over=there if goes_on else None, above=greatest_token(asgs))
    except LeaseHeld as held:
        settings = service.red_black
        if not held.lease.wanted_by:
            leases.want(key, f"{what} {owner}")
        return wait_or_give_up(str(held), look, look_every=service.lasts(minutes=settings.look_every_minutes),
                               limit=service.lasts(minutes=settings.region_minutes), why=Why.LEASE)
    return Held(leases, key, owner, lease.token)


def is_left_behind(lease: Lease, owner: str, service: Service, look: Look, runs: Runs) -> bool:
    """Its holder's run has ended and gave no sign of life since. What cannot be asked is taken for alive."""
    if lease.owner == owner or not lease.run or not is_silent(lease, look.now, service.lasts(minutes=SILENT_MINUTES)):
        return False
    return runs.ended(lease.run) is True
