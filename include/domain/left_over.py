"""What a repair sees in one region, and what it finds left over there: values and their sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from include.domain.asg_names import members
from include.domain.cluster import Asg, Target
from include.domain.lease import Lease, held_by


class Mend(StrEnum):
    """What is done about a finding, in this order: what gives traffic back first, what deletes last."""

    ROLL_BACK = "roll back push {thing}"
    PUT_BACK = "put {thing} back under traffic"
    RETIRE = "retire the canary: weights back, then its ASGs and target groups"
    TAKE_OFF = "take the traffic off {thing} again"
    UN_PIN = "un-pin {thing}"
    DELETE = "delete {thing}"
    RELEASE = "give the lease back"
    PERSON = "a person must {thing}"


@dataclass(frozen=True)
class Finding:
    """One thing that is left over. `thing` is what the mend is done to: a push, an ASG, or words for a person."""

    mend: Mend
    what: str
    who: str = ""
    since: datetime | None = None
    thing: str = ""

    def __str__(self) -> str:
        """`api-prod-v042 is pinned (push api-…, since 2026-11-03 10:02 UTC): un-pin api-prod-v042`."""
        who = f"left by {self.who}" if self.who else "of no push"
        since = f", since {self.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if self.since else ""
        return f"{self.what} ({who}{since}): {self.mend.format(thing=self.thing)}"


@dataclass(frozen=True)
class Seen:
    """One region as a repair reads it.

    `main` is the target group that serves prod, `pair_groups` are those of a canary and its baseline. `targets` holds
    every one of them, what the listener forwards to, and what an ASG is attached to. `holder_ended`: nobody will give
    the lease back.
    """

    region: str
    cluster: str
    main: str
    pair_groups: tuple[str, ...]
    asgs: tuple[Asg, ...]
    weights: Mapping[str, int]
    targets: Mapping[str, tuple[Target, ...]]
    lease: Lease | None
    now: datetime
    holder_ended: bool = False

    def members(self, detail: str = "") -> list[Asg]:
        """The ASGs with this detail that stay, the oldest first."""
        return [asg for asg in members(self.asgs, self.cluster, detail) if not asg.deleting]

    def held_by_another(self, owner: str) -> str:
        """Why the region is left alone: who holds its lease; empty where nobody does, or only this owner."""
        lease = self.lease
        if lease is None or lease.owner == owner or self.is_left_behind:
            return ""
        return f"{self.region} is left alone: {held_by(lease, self.now)}"

    @property
    def is_left_behind(self) -> bool:
        """The lease ran out, or its holder's run has ended."""
        return self.lease is not None and (self.lease.expires_at <= self.now or self.holder_ended)

    def has_traffic(self, asg: Asg) -> bool:
        """An instance of it is in a target group, if only draining."""
        ours = {instance.id for instance in asg.instances}
        return any(target.instance in ours and target.state != "unused"
                   for targets in self.targets.values() for target in targets)


@dataclass(frozen=True)
class Leftovers:
    """What a look found in one region, as it travels between tasks. `held` says for whom the region is left alone."""

    region: str
    count: int
    says: str
    held: str = ""
