"""A gate that another CI decides, as the port `Gate`: what it told the forge of the commit, as a status or as a check.

A forge that cannot be reached is waited for: it says nothing of the commit.
"""

from datetime import timedelta

import httpx

from include.adapters.gates.forge_answers import Silent, shown
from include.adapters.gates.forges import FORGES, Said
from include.domain.declared.gates import StatusGate
from include.domain.errors import BadInput
from include.domain.gates import Outcome
from include.domain.looks import Look, Wait, pause, wait_or_give_up

LOOK_AT_LEAST, LOOK_AT_MOST = timedelta(seconds=5), timedelta(minutes=1)
MOST_NAMES = 10         # in a sentence
LONGEST_ADDRESS = 1000


class CommitStatusGates:
    def __init__(self, gate: StatusGate, client: httpx.Client, limit: timedelta) -> None:
        self._gate, self._client, self._limit = gate, client, limit

    def outcome(self, commit: str, look: Look) -> Outcome | Wait:
        try:
            told = list(FORGES[self._gate.forge].told(self._client, self._gate.repository, commit))
        except Silent as silent:
            return self._wait(f"{self._place} cannot be asked: {silent}", look)
        except (KeyError, TypeError, AttributeError) as error:
            raise BadInput(f"{self._place} answers unlike {self._gate.forge}: {type(error).__name__}: {error}"
                           ) from error
        ours = [said for said in told if said.name == self._gate.check]
        if red := [said for said in ours if said.passed is False]:
            return self._outcome(red[0], look)
        if waits := [said for said in ours if said.passed is None]:
            return self._wait(f"{self._check} of {commit[:12]} is {shown(waits[0].word)}", look)
        if not ours:
            return self._wait(f"{self._place} has no {self._check} of {commit[:12]} yet, but {_names(told)}", look)
        return self._outcome(ours[0], look)

    @property
    def _place(self) -> str:
        return f"{self._client.base_url.host} ({self._gate.repository})"

    @property
    def _check(self) -> str:
        return f"{self._gate.check!r}"

    def _wait(self, reason: str, look: Look) -> Wait:
        return wait_or_give_up(reason, look, limit=self._limit,
                               look_every=pause(look, least=LOOK_AT_LEAST, most=LOOK_AT_MOST))

    def _outcome(self, said: Said, look: Look) -> Outcome:
        reason = f"{self._check} is {shown(said.word)}"
        address = _address(said)
        lines = f"{self._place}: {reason}\n{shown(said.text)}\n{address}\n"
        return Outcome(said.passed is True, reason, (look.now - look.since).total_seconds(), lines.encode(),
                       address=address, last_lines=shown(said.text))


def _address(said: Said) -> str:
    """Where a person reads more; whoever wrote it may have written anything."""
    is_one = said.address.startswith(("https://", "http://")) and said.address.isprintable()
    return said.address if is_one and " " not in said.address and len(said.address) <= LONGEST_ADDRESS else ""


def _names(told: list[Said]) -> str:
    names = sorted({said.name for said in told})
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(shown(repr(name)) for name in names[:MOST_NAMES]) + more if names else "nothing at all"
