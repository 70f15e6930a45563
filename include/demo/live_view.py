"""One terminal view of a push: regions × colours × instances, requests, the score, what is waited for and why.

It draws a `Picture`, and reads nothing itself. Commit messages and reasons are text, never markup.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.console import Group as Stack
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from include.demo import push_story, scene
from include.demo.push_story import PushStory, line
from include.domain.push import Event

LIGHTS = {scene.LAUNCHING: ("◐", "yellow"), scene.HEALTHY: ("●", "green"), scene.UNHEALTHY: ("✗", "bold red"),
          scene.DRAINING: ("◌", "blue"), scene.IDLE: ("●", "bright_black"), scene.LEAVING: ("·", "bright_black")}
STAGES = {push_story.AHEAD: ("○", "bright_black"), push_story.AT_WORK: ("▶", "yellow"),
          push_story.DONE: ("✓", "green"), push_story.FAILED: ("✗", "bold red"), push_story.UNDONE: ("↶", "magenta")}
NUMBERS = ("share", "requests", "failed")
WIDE = 110     # columns that the full table needs
CURVE = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class RegionPicture:
    region: str
    market: str
    in_peak: bool
    groups: Sequence[scene.Group]
    served: scene.Served
    builders: int = 0


@dataclass(frozen=True)
class Picture:
    """Everything on the screen, at one instant. `now` is the clock that events are told against, epoch seconds."""

    title: str
    now: float
    began: float
    regions: Sequence[RegionPicture]
    story: PushStory
    state: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)


def draw(picture: Picture, lines: int = 10) -> RenderableType:
    """The whole screen."""
    return Stack(_heading(picture), _Regions(picture.regions), _push(picture, lines), _notes(picture))


def _heading(picture: Picture) -> Text:
    minutes, seconds = divmod(int(picture.now - picture.began), 60)
    clock = datetime.fromtimestamp(picture.now, UTC)
    return Text.assemble((picture.title, "bold"), f"   {minutes}:{seconds:02d}   ", (picture.state, "bold cyan"),
                         (f"   {clock:%H:%M:%S} UTC", "bright_black"), overflow="ellipsis", no_wrap=True)


class _Regions:
    """The table of the regions; a narrow terminal gets fewer words instead of cut ones."""

    def __init__(self, regions: Sequence[RegionPicture]):
        self._regions = regions

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        narrow = options.max_width < WIDE
        table = Table(expand=True, box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 0 if narrow else 1))
        for name in ("region", "market" if narrow else "market time", "ASG", "", "instances", *NUMBERS):
            table.add_column(name, justify="right" if name in NUMBERS else "left", no_wrap=True)
        for region in self._regions:
            _add_region(table, region, narrow)
            table.add_section()
        yield table


def _add_region(table: Table, region: RegionPicture, narrow: bool) -> None:
    served, shown = region.served, list(region.groups) or [None]
    building = Text(f"building {region.builders} AMI", "yellow") if region.builders else Text("")
    for number, group in enumerate(shown):
        first, second = number == 0, number == 1
        left = [Text(region.region, "bold") if first else building if second else Text(""),
                Text(region.market, "magenta" if region.in_peak else "") if first else Text("")]
        numbers = [_requests(served, narrow), _failed(served, narrow)] if first else [Text("")] * 2
        table.add_row(*left, *_group(group, narrow), *numbers)
    if region.builders and len(shown) == 1:
        table.add_row(building)


def _group(group: scene.Group | None, narrow: bool) -> list[Text]:
    if group is None:
        return [Text("")] * 4
    colour = Text(f"■ {group.colour}", "red" if group.colour == "red" else "bright_black")
    lights = Text(" ").join(Text(*LIGHTS[light]) for light in group.lights)
    name = Text(group.name.split("-", 2)[-1]) if narrow else Text.assemble(
        group.name, (f"  {group.commit[:7]}", "bright_black"))
    return [name, colour, lights, Text(f"{group.share:.0%}" if group.share else "")]


def _requests(served: scene.Served, narrow: bool) -> Text:
    rate = "" if narrow else f"  {served.per_second:3.0f}/s"
    return Text.assemble(f"{served.requests:,}", (rate, "bright_black"))


def _failed(served: scene.Served, narrow: bool) -> Text:
    """Outside the canary's share, and inside it."""
    outside = Text(f"{served.failed_outside:,}", "bold red" if served.failed_outside else "green")
    inside = f" + {served.canary_failed:,}{'' if narrow else ' canary'}" if served.canary_failed else ""
    return outside + Text(inside, "yellow")


def _push(picture: Picture, lines: int) -> Panel:
    story = picture.story
    if not story.events:
        return Panel(Text("no push yet"), title="push", title_align="left")
    rows: list[RenderableType] = [_stages(story.stages(region.region for region in picture.regions))]
    rows += [_score(story.scores)] if story.scores else []
    rows += [_at_work(event, story, picture.now) for event in story.at_work]
    rows += [Text("")] if lines else []
    rows += [_past(event, picture.began) for event in (story.last(lines) if lines else [])]
    return Panel(Stack(*rows), title=Text(story.push_id), title_align="left")


def _stages(stages: Sequence[tuple[str, str]]) -> Text:
    return Text("   ").join(Text.assemble(STAGES[state], " ", (name, STAGES[state][1])) for name, state in stages)


def _score(scores: Sequence[float]) -> Text:
    curve = "".join(CURVE[min(7, int(score / 100 * 8))] for score in scores[-40:])
    return Text.assemble("score  ", (curve, "cyan"), (f"  {scores[-1]:.0f}", "bold cyan"), " of 100")


def _at_work(event: Event, story: PushStory, now: float) -> Table:
    """All of what is waited for, over as many lines as it takes."""
    waited = max(0, int(now - story.began(event.task).timestamp()))
    row = Table.grid(padding=(0, 1))
    row.add_row(Text("▶", "yellow"), Text.assemble(line(event), (f"  {waited} s", "bright_black")))
    return row


def _past(event: Event, began: float) -> Text:
    minutes, seconds = divmod(max(0, int(event.at.timestamp() - began)), 60)
    style = {"failed": "bold red", "done": "green"}.get(event.state, "")
    return Text.assemble((f"{minutes}:{seconds:02d}  ", "bright_black"), (line(event), style), overflow="ellipsis",
                         no_wrap=True)


def _notes(picture: Picture) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, value in picture.notes.items():
        table.add_row(Text(name, "bright_black"), Text(value, overflow="fold"))
    return table
