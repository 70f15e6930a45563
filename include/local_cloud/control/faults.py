"""Faults on demand: what goes wrong, where, how often and until when. Decisions only; others do the harm."""

import itertools
from collections import Counter
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["throttling", "latency", "error_before", "error_after", "stale", "no_capacity", "never_healthy",
               "instance_dies"]


class Fault(BaseModel):
    """One fault. `region`, `action`, `asg` and `zone` are patterns; `count` and `until` (epoch seconds) end it."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    region: str = "*"
    action: str = "*"                                     # an API action: DescribeTargetHealth, Describe*
    asg: str = "*"                                        # no_capacity, never_healthy, instance_dies
    zone: str = "*"                                       # no_capacity
    instance: str = ""                                    # instance_dies: this one; "" is any in service
    rate: Annotated[float, Field(ge=0)] = 1               # throttling: calls a second, per region and action
    burst: Annotated[float, Field(ge=1)] = 1              # throttling: calls at once
    seconds: Annotated[float, Field(ge=0, le=300)] = 0    # latency: slower by; stale: answers this old
    status: Annotated[int, Field(ge=400, le=599)] = 500   # error_before, error_after
    code: str = "InternalFailure"
    message: str = "An internal error has occurred"
    drop: bool = False                                    # error_*: close the connection without an answer
    count: Annotated[int, Field(ge=1)] | None = None
    until: float | None = None


@dataclass
class Bucket:
    """A token bucket, full at first."""

    tokens: float
    at: float

    def take(self, rate: float, burst: float, now: float) -> bool:
        self.tokens = min(burst, self.tokens + (now - self.at) * rate)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass
class Placed:
    """A fault in force, with what it did so far."""

    id: str
    fault: Fault
    hits: int = 0
    buckets: dict[tuple[str, str], Bucket] = field(default_factory=dict)

    def over(self, now: float) -> bool:
        spent = self.fault.count is not None and self.hits >= self.fault.count
        return spent or (self.fault.until is not None and now >= self.fault.until)

    def matches(self, **where: str) -> bool:
        return all(fnmatchcase(value, getattr(self.fault, name)) for name, value in where.items())

    def shown(self) -> dict[str, Any]:
        return {"id": self.id, "hits": self.hits, **self.fault.model_dump()}


class Faults:
    """All faults in force. The caller holds the world's lock."""

    def __init__(self) -> None:
        self._placed: dict[str, Placed] = {}
        self._past: Counter[str] = Counter()    # hits of those that are no longer in force, by kind
        self._ids = itertools.count(1)

    def place(self, fault: Fault) -> dict[str, Any]:
        placed = Placed(f"fault-{next(self._ids)}", fault)
        self._placed[placed.id] = placed
        return placed.shown()

    def lift(self, fault_id: str | None = None) -> int:
        """Take one away, or all; returns how many."""
        gone = [fault_id] if fault_id else list(self._placed)
        return sum(self._end(i) for i in gone)

    def hits(self) -> dict[str, int]:
        """How often each kind struck since the start."""
        now = Counter()
        for placed in self._placed.values():
            now[placed.fault.kind] += placed.hits
        return dict(self._past + now)

    def shown(self, now: float) -> list[dict[str, Any]]:
        return [placed.shown() for placed in self._live(now)]

    def strikes(self, kind: str, now: float, **where: str) -> Fault | None:
        """The first fault of this kind that matches, counted as a hit; None if there is none."""
        for placed in self._live(now):
            if placed.fault.kind == kind and placed.matches(**where):
                placed.hits += 1
                return placed.fault
        return None

    def throttles(self, now: float, region: str, action: str) -> bool:
        """Whether this call finds its bucket empty; a call that passes is no hit."""
        for placed in self._live(now):
            fault = placed.fault
            if fault.kind != "throttling" or not placed.matches(region=region, action=action):
                continue
            bucket = placed.buckets.setdefault((region, action), Bucket(fault.burst, now))
            if not bucket.take(fault.rate, fault.burst, now):
                placed.hits += 1
                return True
        return False

    def waiting(self, kind: str, now: float) -> list[Placed]:
        """Those that look for a victim by themselves."""
        return [placed for placed in self._live(now) if placed.fault.kind == kind]

    def _live(self, now: float) -> list[Placed]:
        for placed in [p for p in self._placed.values() if p.over(now)]:
            self._end(placed.id)
        return list(self._placed.values())

    def _end(self, fault_id: str) -> bool:
        placed = self._placed.pop(fault_id, None)
        if placed:
            self._past[placed.fault.kind] += placed.hits
        return placed is not None
