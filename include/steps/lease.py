"""The lease of one cluster in one region, as a step holds it: renewed on each look, checked before every change."""

from dataclasses import dataclass
from typing import Any, TypeVar

from include.domain.errors import LeaseLost, Refused
from include.domain.looks import Look, Wait, wait_or_give_up
from include.domain.push import RegionPlan
from include.domain.service import Service
from include.ports import Leases

READING = frozenset({"asgs", "activities", "target_group", "weights", "targets", "drain_seconds"})
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
        return _Guarded(port, self)  # type: ignore[return-value]


class _Guarded:
    """Every verb that is not known to be reading is taken for a changing one."""

    def __init__(self, port: Any, held: Held):
        self._port, self._held = port, held

    def __getattr__(self, verb: str) -> Any:
        if verb not in READING:
            self._held.check()
        return getattr(self._port, verb)


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


def take(key: str, owner: str, service: Service, look: Look, leases: Leases, *, by_force: bool = False) -> Held | Wait:
    """The lease, or a wait that names its holder, for as long as one region's push may take."""
    try:
        lease = leases.take(key, owner, look.now, by_force=by_force)
    except Refused as refused:
        settings = service.red_black
        return wait_or_give_up(str(refused), look, look_every=service.lasts(minutes=settings.look_every_minutes),
                               limit=service.lasts(minutes=settings.region_minutes))
    return Held(leases, key, owner, lease.token)
