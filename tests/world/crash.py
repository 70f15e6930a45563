"""Death at any port call: a proxy around every port counts the calls and kills the step before or after one of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


class Killed(BaseException):
    """The process died. No step can catch it."""


@dataclass
class Executioner:
    """Kills the step at call number `at` (counted from 1), before its effect or after it; 0 kills nobody.

    `pause` is what every call costs; `before` is what happens just before a call of this name.
    """

    at: int = 0
    after: bool = False
    calls: list[str] = field(default_factory=list)
    pause: Callable[[], Any] | None = None
    before: Mapping[str, Callable[[], Any]] = field(default_factory=dict)

    def count(self, call: str) -> bool:
        if self.pause:
            self.pause()
        if call in self.before:
            self.before[call]()
        self.calls.append(call)
        return len(self.calls) == self.at


class Mortal:
    """A port whose every call may be the last thing that the process does."""

    def __init__(self, port: Any, executioner: Executioner, name: str):
        self._port, self._executioner, self._name = port, executioner, name

    def __getattr__(self, verb: str) -> Any:
        method = getattr(self._port, verb)
        if not callable(method):
            return method

        def call(*args, **kwargs):
            dies = self._executioner.count(f"{self._name}.{verb}")
            if dies and not self._executioner.after:
                raise Killed(f"before {self._name}.{verb}")
            result = method(*args, **kwargs)
            if dies:
                raise Killed(f"after {self._name}.{verb}")
            return result

        return call
