"""What a task says while it works: its log, its XCom `says`, events in the archive, and the team's room.

Law 7: nothing here fails a push. What could not be said elsewhere is in the log.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from include.domain.announcements import Kind, announcement, gist
from include.domain.ending import Early
from include.domain.errors import SerinError, Superseded
from include.domain.looks import Wait
from include.domain.own_metrics.of_a_step import unsaid
from include.domain.push import Event, PushEnd
from plugins.notifiers.measuring import tell
from plugins.wiring import Ports

SAYS = "says"      # the newest sentence of a task: why it waits, what it did
FAILED = "failed"  # why it failed; absent unless it did
EARLY = "early"    # how and why the push ended before it changed anything; the other tasks are skipped
HARM = "harm"      # the same, where it failed because the AMI did harm


class Story:
    """One task's part of the story of the pushes with these ids: of one, or of a deploy to several environments.
    `told` is the last sentence that became an event; what is no part of a push is not `filed` under its id: whoever
    looks for the newest push must not find it. `kind` is what its end is to the team's room."""

    def __init__(self, ports: Ports, push_ids: Sequence[str], task: Any, log: Any, told: str = "", *,
                 filed: bool = True, kind: Kind = Kind.PROGRESS):
        self._ports, self._push_ids, self._task, self._log = ports, push_ids, task, log
        self._said, self.told, self._filed, self._kind = told, told, filed, kind

    def started(self) -> None:
        self._event("started", "")

    def waits(self, wait: Wait) -> None:
        """Every look is in the log; an event only when the reason changes in more than its numbers, or has a score."""
        limit = f": {wait.limit}" if wait.limit else ""
        until = f", gives up at {wait.gives_up:%H:%M:%S} UTC{limit}" if wait.gives_up else ""
        sentence = f"{wait.reason} (since {wait.since:%H:%M:%S} UTC{until})"
        self._say(sentence)
        if wait.score is not None:
            self._event("looked", wait.reason, wait.score)
        elif gist(wait.reason) != gist(self.told):
            self._event("waits", wait.reason)
            if wait.in_the_room:
                self._room(Kind.NEEDED, wait.reason)
        self.told = wait.reason

    def nothing(self, sentence: str) -> None:
        """There was nothing to do, so there is no event of it."""
        self._say(sentence)

    def done(self, sentence: str, score: float | None, *, in_the_room: bool) -> None:
        self._say(sentence or "done")
        self._event("done", sentence, score)
        if in_the_room and sentence:
            self._room(self._kind, sentence)

    def ended_early(self, error: SerinError) -> None:
        """There is nothing more to do, and that is no failure: the other tasks are skipped, and the push's end says it
        in the room."""
        end = PushEnd.SUPERSEDED if isinstance(error, Superseded) else PushEnd.SUCCESS
        self._say(str(error))
        self._quietly("airflow", lambda: self._task.xcom_push(EARLY, Early(end, str(error))))
        self._event("done", str(error))

    def failed(self, sentence: str, *, harm: bool = False) -> None:
        self._say(sentence)
        self._quietly("airflow", lambda: self._task.xcom_push(FAILED, sentence))
        if harm:
            self._quietly("airflow", lambda: self._task.xcom_push(HARM, sentence))
        self._event("failed", sentence)
        self._room(Kind.FINISH if self._kind == Kind.FINISH else Kind.FAILED, f"failed: {sentence}")

    def again(self, sentence: str) -> None:
        """A passing fault: Airflow runs the task again."""
        self._say(sentence)
        self._event("waits", sentence)

    def _say(self, sentence: str) -> None:
        self._log.info("%s", sentence)
        if sentence != self._said:
            self._quietly("airflow", lambda: self._task.xcom_push(SAYS, sentence))
        self._said = sentence

    def _event(self, state: str, text: str, score: float | None = None) -> None:
        if not self._filed:
            return
        at = datetime.now(UTC)
        for push_id in self._push_ids:
            event = Event(push_id, at, self._task.task_id, self._ports.region, state, text, score)
            self._quietly("archive", partial(self._ports.archive.append, event, self._ports.service.service))

    def _room(self, kind: Kind, sentence: str) -> None:
        said = announcement(self._ports.service.service, self._push_ids[0], self._task.task_id, kind, sentence,
                            datetime.now(UTC))
        self._quietly("chat", lambda: self._ports.chat.say(said))

    def _quietly(self, where: str, say: Callable[[], None]) -> None:
        try:
            say()
        except Exception as error:  # law 7
            self._log.warning("could not be said elsewhere: %s", error)
            tell(self._ports, unsaid, self._ports.service.service, self._ports.environment, where)

