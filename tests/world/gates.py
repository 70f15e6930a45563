"""The in-memory twin of `Gate`."""

from collections.abc import Callable
from datetime import datetime, timedelta

from include.domain.gates import Outcome
from include.domain.looks import Look, Wait, pause, wait_or_give_up

NEVER = -1.0


class InMemoryGate:
    """Each commit passes after some seconds of the world's time, unless the world says something else of it."""

    def __init__(self, name: str, limit: timedelta, clock: Callable[[], datetime]):
        self.name, self.limit, self.clock = name, limit, clock
        self.seconds = 2.0
        self.refuses: dict[str, str] = {}
        self.undecided: set[str] = set()
        self.tried: list[str] = []
        self._begun: dict[str, datetime] = {}

    def outcome(self, commit: str, look: Look) -> Outcome | Wait:
        began = self._begun.setdefault(commit, self.clock())
        took = (self.clock() - began).total_seconds()
        if commit in self.undecided or took < self.seconds:
            return wait_or_give_up(f"{self.name} is being tried", look, limit=self.limit,
                                   look_every=pause(look, least=timedelta(seconds=1), most=timedelta(seconds=10)))
        del self._begun[commit]
        self.tried.append(commit)
        wrong = self.refuses.get(commit, "")
        said = f"{self.name} tries {commit}\n{wrong or 'well'}\n"
        return Outcome(not wrong, wrong or f"passed after {took:.1f} s", took, said.encode(), last_lines=said.strip())
