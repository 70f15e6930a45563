"""What a squeeze remembers from one look to the next: in its process alone. One whose process died begins anew, with
the weights back, and what it had found so far is lost."""

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from include.domain.asg_names import BASELINE, CANARY
from include.domain.load import Driven, Mix
from include.domain.squeeze.attempt import Attempt
from include.domain.squeeze.found import Found
from include.domain.squeeze.limits import Limits
from include.domain.squeeze.sweet_spot import Tried

if TYPE_CHECKING:
    from include.steps.squeeze.here import Here


@dataclass
class Squeezing:
    """`attempt` is the step under way, the first one at rest: there is no limit before it. `asked` is what the search
    wants to be tried; `ending` why it ends, "" where it found all; `place` is how the last look saw the region.
    Generated load has a `mix` of requests, and what came of the step under way so far, in `driven`;
    `late` counts steps in a row that the worker which makes it was late with."""

    place: "Here | None" = None
    began: datetime | None = None
    attempt: Attempt | None = None
    side: str = CANARY
    instance: str = ""
    had_healthy: int = 0
    region_rps: float = 0.0
    limits: Limits | None = None
    others: Limits | None = None
    searching: Generator[float, Tried, Found] | None = None
    asked: float = 0.0
    rests_since: datetime | None = None
    blind: int = 0
    curve: list[Tried] = field(default_factory=list)
    found: dict[str, Found] = field(default_factory=dict)
    ending: str | None = None
    mix: Mix = field(default_factory=lambda: Mix((), 0.0, ()))
    late: int = 0
    driven: list[Driven] = field(default_factory=list)

    def hears(self, tried: Tried) -> bool:
        """Tell the search; whether it has found what this side carries."""
        self.curve.append(tried)
        try:
            self.asked = self.searching.send(tried)
        except StopIteration as stop:
            self.found[self.side] = stop.value
            self.searching = None
            return True
        return False

    @property
    def todo(self) -> list[str]:
        return [side for side in (CANARY, BASELINE) if side not in self.found]
