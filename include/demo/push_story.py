"""What a push has said so far, from the events in its archive: what it waits for, its score, its last words. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from include.domain.push import Event


@dataclass(frozen=True)
class PushStory:
    """All events of one push, the oldest first."""

    events: tuple[Event, ...] = ()

    @classmethod
    def of(cls, events: Iterable[Event]) -> "PushStory":
        return cls(tuple(sorted(events, key=lambda event: event.at)))

    @property
    def push_id(self) -> str:
        return self.events[0].push_id if self.events else ""

    @property
    def at_work(self) -> list[Event]:
        """The newest event of each task that has begun and not ended, the oldest first."""
        newest = {event.task: event for event in self.events}
        return [event for event in newest.values() if event.state not in {"done", "failed"}]

    @property
    def scores(self) -> list[float]:
        """The canary's score, look by look."""
        return [event.score for event in self.events if event.score is not None]

    @property
    def failures(self) -> list[str]:
        """Why tasks failed, the first first: that one is the cause."""
        return [event.text for event in self.events if event.state == "failed"]

    def last(self, count: int) -> list[Event]:
        """The newest events that say something."""
        return [event for event in self.events if worth_a_line(event)][-count:]


def worth_a_line(event: Event) -> bool:
    """A look that only moved the score is shown by the curve; the start of a task by what it then says."""
    return bool(event.text) and event.state != "looked"


def line(event: Event) -> str:
    """One event as one line of text, without its time. What people wrote cannot move the cursor or change a colour."""
    where = event.task if event.region in ("", None) or event.region.replace("-", "_") in event.task else (
        f"{event.task} ({event.region})")
    verb = {"waits": "waits: ", "failed": "failed: "}.get(event.state, "")
    score = f" · score {event.score:.0f}" if event.score is not None else ""
    told = f"{where}  {verb}{event.text or event.state}{score}"
    return "".join(character if character.isprintable() else " " for character in told)
