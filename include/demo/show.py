"""How a push is shown while it runs: the live view on a terminal, otherwise one line for each thing that happens."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

from rich.console import Console
from rich.live import Live

from include.demo.live_view import Picture, draw
from include.demo.push_story import PushStory, line, worth_a_line

LINES_EVERY_SECONDS = 10
MOST_LINES = 16


class Show:
    """`told(text)` prints one line of our own, wherever the events are shown."""

    def __init__(self, console: Console, began: float):
        self._console, self._began = console, began
        self._live: Live | None = None
        self._lines = Lines(self.told, began)

    def told(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def running(self) -> AbstractContextManager:
        """While it is entered, the view is kept fresh at the foot of the terminal, under what was told before."""
        if not self._console.is_terminal:
            return nullcontext()
        self._live = Live(console=self._console, refresh_per_second=4, transient=True)
        return self._live

    def update(self, picture: Picture) -> None:
        if self._live:
            self._live.update(draw(picture, lines=self._room_for_lines(picture)))
        else:
            self._lines.update(picture)

    def _room_for_lines(self, picture: Picture) -> int:
        """As many lines of what was as the terminal has room for, under what is: the view never overflows."""
        taken = len(self._console.render_lines(draw(picture, lines=0), pad=False))
        return max(0, min(MOST_LINES, self._console.height - taken - 2))

    def keep(self, picture: Picture) -> None:
        """The last picture stays on the screen."""
        if self._live:
            self._console.print(draw(picture))


class Lines:
    """Where nobody looks at a screen: every event once, and every ten seconds how the regions are."""

    def __init__(self, tell: Callable[[str], None], began: float, every: float = LINES_EVERY_SECONDS):
        self._tell, self._began, self._every = tell, began, every
        self._told: set[tuple] = set()
        self._next = 0.0

    def update(self, picture: Picture) -> None:
        self._tell_events(picture.story)
        if picture.now >= self._next:
            self._next = picture.now + self._every
            self._tell(f"{self._clock(picture.now)}  {in_a_line(picture)}")

    def _tell_events(self, story: PushStory) -> None:
        for event in story.events:
            key = (event.push_id, event.at, event.task, event.state)
            if key not in self._told:
                self._told.add(key)
                if worth_a_line(event) or event.score is not None:
                    self._tell(f"{self._clock(event.at.timestamp())}  {line(event)}")

    def _clock(self, at: float) -> str:
        minutes, seconds = divmod(max(0, int(at - self._began)), 60)
        return f"{minutes}:{seconds:02d}"


def in_a_line(picture: Picture) -> str:
    """`us-east-1 v041 4/4 · 10,234 requests, 0 failed; …`"""
    return "; ".join(f"{region.region} {_groups(region.groups)} · {region.served.requests:,} requests, "
                     f"{region.served.failed_outside:,} failed" + (f" + {region.served.canary_failed:,} canary"
                                                                   if region.served.canary_failed else "")
                     for region in picture.regions)


def _groups(groups: Sequence) -> str:
    return ", ".join(f"{group.name.removeprefix('api-prod-')} {group.colour} {group.healthy}/{len(group.lights)}"
                     for group in groups) or "nothing"


def now() -> float:
    return time.time()
