"""One look of a task in a process of its own, which kills itself at one AWS call: SIGKILL, before the call is sent or
once its answer has come, and with it the effect. What a task hands on comes back only from a look that lived."""

import os
import pickle
import signal
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.world.actors import Actor

READS = ("Describe", "Get", "List", "Head")


@dataclass
class Deaths:
    """Which calls are met: all, or (`only_changes`) those that change something. `tried` are the deaths so far."""

    only_changes: bool = False
    tried: list[str] = field(default_factory=list)


@dataclass
class Death:
    """At call number `call` (from 1) of this process: before it is sent, or after its answer has come."""

    call: int
    after: bool
    only_changes: bool
    tell: Callable[[str], None]
    seen: int = 0

    def watch(self, client: Any) -> None:
        client.meta.events.register("before-send", self._before, unique_id="serin-death-before")
        client.meta.events.register("response-received", self._after, unique_id="serin-death-after")

    def _before(self, event_name: str, **_: Any) -> None:
        operation = event_name.rsplit(".", 1)[-1]
        if self.only_changes and operation.startswith(READS):
            return
        self.seen += 1
        if self.seen == self.call and not self.after:
            self._die(f"before {operation}")

    def _after(self, event_name: str, **_: Any) -> None:
        operation = event_name.rsplit(".", 1)[-1]
        if self.only_changes and operation.startswith(READS):
            return
        if self.seen == self.call and self.after:
            self._die(f"after {operation}")

    def _die(self, where: str) -> None:
        self.tell(where)
        os.kill(os.getpid(), signal.SIGKILL)


def look(actor: Actor, clients: Callable[[], Iterable[Any]], deaths: Deaths, checked: Callable[[], None]) -> None:
    """Kill the look at its call 1 before, 1 after, 2 before … until it ends unharmed, and take on what it found. After
    each death `checked` looks at the world, and the task is run again from the top by a fresh process."""
    call, after = 1, False
    while (where := _look_once(actor, clients, call, after, deaths.only_changes)) is not None:
        deaths.tried.append(f"{actor.todo[0][0]} {where}")
        checked()
        call, after = (call + 1, False) if after else (call, True)


def _look_once(actor: Actor, clients: Callable[[], Iterable[Any]], call: int, after: bool,
               only_changes: bool) -> str | None:
    """Where it died; None where it lived."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        _in_the_child(actor, clients, Death(call, after, only_changes, lambda where: _say(write, where)), write)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return pickle.loads(said)
    if status:
        raise AssertionError(f"{actor.todo[0]}: the look failed: {pickle.loads(said)}")
    actor.__dict__.update(pickle.loads(said))
    return None


def _in_the_child(actor: Actor, clients: Callable[[], Iterable[Any]], death: Death, write: int) -> None:
    """Never returns: nothing of the parent's may be done twice."""
    try:
        for client in clients():
            death.watch(client)
        actor.look()
        _say(write, {name: value for name, value in actor.__dict__.items() if name not in {"stage", "at_the_end"}})
        os._exit(0)
    except BaseException as error:
        _say(write, repr(error))
        os._exit(1)


def _say(write: int, what: Any) -> None:
    os.write(write, pickle.dumps(what))
