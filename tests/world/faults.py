"""What goes wrong at a port's calls: errors before and after the effect, deaths, stale answers, somebody in between."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from include.domain.errors import Retryable
from include.steps.guarded import READING
from tests.world.crash import Killed
from tests.world.world import World

STALE = timedelta(seconds=5)    # an answer that is older than this is never given again: AWS catches up
OF_A_CLOUD = READING | {"asgs"}         # reads that may be stale; those of leases and of the archive never are
READS = OF_A_CLOUD | {"check", "holder", "this", "ended", "read", "find", "named", "get", "keys", "events"}


class Strike(StrEnum):
    """What happens to one call."""

    THROTTLED = "throttled"
    TIMED_OUT = "timed out after the effect"
    KILLED_BEFORE = "killed before the effect"
    KILLED_AFTER = "killed after the effect"
    STALE = "stale answer"
    MEANWHILE = "somebody acts meanwhile"


@dataclass
class Strikes:
    """Which call, counted from 1, meets what. A strike that does not suit its call waits for the next that it suits.

    `meanwhile` is done before a read, and never between the check of a lease and the call that it is checked for: no
    cloud offers a way to close that gap, and to call it open would be no finding.
    """

    at: dict[int, Strike] = field(default_factory=dict)
    meanwhile: Callable[[], None] = bool
    tried: Counter = field(default_factory=Counter)
    calls: int = 0

    def due(self, reads: bool, was_asked: bool) -> Strike | None:
        self.calls += 1
        strike = self.at.pop(self.calls, None)
        suits = reads and was_asked if strike == Strike.STALE else reads or strike != Strike.MEANWHILE
        if strike and not suits:
            self.at.setdefault(self.calls + 1, strike)
            return None
        if strike:
            self.tried[strike] += 1
        return strike


class Past:
    """The latest answer to each question, to be given again."""

    def __init__(self, world: World):
        self._world, self._answers = world, {}

    def keep(self, question: tuple, answer: Any) -> None:
        self._answers[question] = (self._world.now, answer)

    def __contains__(self, question: tuple) -> bool:
        known = self._answers.get(question)
        return known is not None and self._world.now - known[0] <= STALE

    def __getitem__(self, question: tuple) -> Any:
        return self._answers[question][1]


class Faulty:
    """A port whose calls meet the strikes. `watched` is told of each call that changes something, around its effect."""

    def __init__(self, port: Any, name: str, strikes: Strikes, past: Past, watched: Callable[..., Any]):
        self._port, self._name, self._strikes, self._past, self._watched = port, name, strikes, past, watched

    def __getattr__(self, verb: str) -> Any:
        method = getattr(self._port, verb)
        return self._struck(verb, method) if callable(method) else method

    def _struck(self, verb: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            question = (self._name, verb, *map(str, args))
            may_be_stale = verb in OF_A_CLOUD and question in self._past
            strike = self._strikes.due(verb in READS, may_be_stale)
            what = f"{self._name}.{verb}"
            if strike == Strike.MEANWHILE:
                self._strikes.meanwhile()
            if strike == Strike.THROTTLED:
                raise Retryable(f"{what}: throttled")
            if strike == Strike.KILLED_BEFORE:
                raise Killed(f"before {what}")
            if strike == Strike.STALE:
                return self._past[question]
            answer = self._done(verb, method, args, kwargs)
            self._past.keep(question, answer)
            if strike == Strike.TIMED_OUT:
                raise Retryable(f"{what}: timed out")
            if strike == Strike.KILLED_AFTER:
                raise Killed(f"after {what}")
            return answer

        return call

    def _done(self, verb: str, method: Callable[..., Any], args: tuple, kwargs: Mapping[str, Any]) -> Any:
        if verb in READS:
            return method(*args, **kwargs)
        with self._watched(self._name, verb, args):
            return method(*args, **kwargs)
