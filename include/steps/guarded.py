"""A port under a lease: nothing is changed without it, and what is changed says so in its tags first."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from include.domain import asg_tags
from include.domain.cluster import Asg
from include.domain.errors import FencedOff
from include.domain.red_black.by_hand import announced
from include.domain.red_black.sizes import Sizes

READING = frozenset({"activities", "launches", "policies", "target_group", "weights", "targets", "drain_seconds"})
OF_AN_ASG = frozenset({"resize", "suspend", "resume", "tag", "copy_scaling", "track_requests", "drop_policy"})


class Held(Protocol):
    """The lease that is held."""

    key: str
    owner: str
    token: int

    def check(self) -> None: ...


class Guarded:
    """Every verb that is not known to be reading is taken for a changing one, and checks the lease first."""

    def __init__(self, port: Any, held: Held):
        self._port, self._held = port, held
        self._tokens: dict[str, int] = {}
        self._seen: dict[str, Asg] = {}

    def __getattr__(self, verb: str) -> Any:
        method = getattr(self._port, verb)
        if verb in READING:
            return method

        def change(*values: Any, **named: Any) -> Any:
            if verb == "resize":
                self._announce(*values, **named)
            if verb in OF_AN_ASG:
                values = self._fenced(verb, *values)
            self._held.check()
            answer = method(*values, **named)
            if verb == "tag":
                self._tagged(*values)
            return answer
        return change

    def asgs(self, cluster: str) -> list[Asg]:
        """What is read carries the tokens: a greater one is of somebody who holds the lease now."""
        found = self._port.asgs(cluster)
        newer = next((asg for asg in found if token_of(asg) > self._held.token), None)
        if newer:
            raise FencedOff(f"{self._held.owner} lost the lease of {self._held.key}: {newer.name} was changed with "
                            f"token {token_of(newer)}, and ours is {self._held.token}")
        self._seen |= {asg.name: asg for asg in found}
        self._tokens |= {asg.name: token_of(asg) for asg in found}
        return found

    def _fenced(self, verb: str, *values: Any) -> tuple[Any, ...]:
        """The token is in an ASG's tags before its first change, at the cost of a call only where no tag is written."""
        asg, token = values[-1] if verb == "copy_scaling" else values[0], self._held.token
        if self._tokens.get(asg) == token:
            return values
        self._tokens[asg] = token
        tags = {asg_tags.LEASE: str(token)}
        if verb == "tag":
            return asg, {**values[1], **tags}
        self._held.check()
        self._port.tag(asg, tags)
        return values

    def _announce(self, name: str, minimum: int, maximum: int, desired: int | None = None) -> None:
        """The sizes of a pinned ASG are in its tags before they are set: others are a person's."""
        asg = self._seen.get(name)
        if asg is None or asg_tags.SIZES not in asg.tags:
            return
        sizes = Sizes(minimum, maximum, min(max(asg.desired, minimum), maximum) if desired is None else desired)
        if asg.tags.get(asg_tags.WROTE) != announced(asg, sizes):
            self.tag(name, {asg_tags.WROTE: announced(asg, sizes)})

    def _tagged(self, name: str, tags: Mapping[str, str | None]) -> None:
        if name in self._seen:
            kept = {tag: value for tag, value in {**self._seen[name].tags, **tags}.items() if value is not None}
            self._seen[name] = replace(self._seen[name], tags=kept)


def token_of(asg: Asg) -> int:
    """The fencing token of the last change of an ASG; 0 where none was written."""
    text = asg.tags.get(asg_tags.LEASE, "")
    return int(text) if text.isdecimal() else 0


def greatest_token(asgs: Iterable[Asg]) -> int:
    """The token that a new one must be above, also where the store of leases forgot."""
    return max(map(token_of, asgs), default=0)
