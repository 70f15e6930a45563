"""What a push has said so far, from the events in its archive: what it waits for, its score, its last words. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from include.domain.declared.environments import ENVIRONMENTS, PROD
from include.domain.push import Event

AHEAD, AT_WORK, DONE, FAILED, UNDONE = "ahead", "at work", "done", "failed", "undone"
BEFORE_REGIONS, BEFORE_DEPLOYS = ("build_ami", "canary"), ("build_ami",)
LAST_STEPS = ("retire", "delete_baseline")


def environment_of(push_id: str) -> str:
    """A push of another environment than prod has its name at the end of its id."""
    last = push_id.rpartition("-")[2]
    return last if last in ENVIRONMENTS else PROD


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

    def began(self, task: str) -> datetime:
        """When a task was first heard of."""
        return next(event.at for event in self.events if event.task == task)

    def stages(self, regions: Iterable[str]) -> list[tuple[str, str]]:
        """The way of the push and how far it is: each stage with AHEAD, AT_WORK, DONE, FAILED or UNDONE."""
        before = BEFORE_REGIONS if environment_of(self.push_id) == PROD else BEFORE_DEPLOYS
        return [(name, self._stage(name.replace("-", "_"))) for name in (*before, *regions)]

    def _stage(self, group: str) -> str:
        ends = {(event.task.removeprefix(f"{group}."), event.state) for event in self.events
                if event.task == group or event.task.startswith(f"{group}.")}
        if not ends:
            return AHEAD
        if ("roll_back", "done") in ends or self._ended(f"undo_all.{group}"):
            return UNDONE
        if any(state == "failed" for _, state in ends):
            return FAILED
        return DONE if any((last, "done") in ends for last in (group, *LAST_STEPS)) else AT_WORK

    def _ended(self, task: str) -> bool:
        return any(event.task == task and event.state == "done" for event in self.events)

    @property
    def scores(self) -> list[float]:
        """The canary's score, look by look."""
        return [event.score for event in self.events if event.score is not None]

    @property
    def failures(self) -> list[str]:
        """Why tasks failed, the first first: that one is the cause."""
        return [event.text for event in self.events if event.state == "failed"]

    def last(self, count: int) -> list[Event]:
        """The newest events that say something; what a task waited for only until it says something else."""
        newest = {event.task: event for event in self.events if worth_a_line(event)}
        return [event for event in self.events
                if worth_a_line(event) and (event.state != "waits" or newest[event.task] is event)][-count:]


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
