"""The in-memory twin of `Alarms`."""

from collections.abc import Sequence

from include.domain.errors import BadInput
from include.domain.red_black.watch import Alarm


class InMemoryAlarms:
    """`states` is what a test sets."""

    def __init__(self) -> None:
        self.states: dict[str, str] = {}

    def read(self, names: Sequence[str]) -> list[Alarm]:
        unknown = [name for name in names if name not in self.states]
        if unknown:
            raise BadInput(f"there is no alarm {', '.join(unknown)}")
        return [Alarm(name, self.states[name], "it was set so") for name in names]
