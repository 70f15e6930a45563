"""One terminal view of a push: regions × colours × instances, requests, the score, what is waited for and why.

It draws a `Picture`, and reads nothing itself. Commit messages and reasons are text, never markup.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rich.box import SIMPLE_HEAD
from rich.console import Group as Stack
from rich.console import RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from include.demo import scene
from include.demo.push_story import PushStory, line
from include.domain.push import Event

LIGHTS = {scene.LAUNCHING: ("◐", "yellow"), scene.HEALTHY: ("●", "green"), scene.UNHEALTHY: ("✗", "bold red"),
          scene.DRAINING: ("◌", "blue"), scene.IDLE: ("●", "bright_black"), scene.LEAVING: ("·", "bright_black")}
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
    return Stack(_heading(picture), _regions(picture), _push(picture, lines), _notes(picture))


def _heading(picture: Picture) -> Text:
    minutes, seconds = divmod(int(picture.now - picture.began), 60)
    return Text.assemble((picture.title, "bold"), f"   {minutes}:{seconds:02d}   ", (picture.state, "bold cyan"))


def _regions(picture: Picture) -> Table:
    table = Table(expand=True, box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in ("region", "market time", "ASG", "", "instances", "share", "requests", "failed"):
        table.add_column(name, justify="right" if name in {"share", "requests", "failed"} else "left", no_wrap=True)
    for region in picture.regions:
        _add_region(table, region)
        table.add_section()
    return table


def _add_region(table: Table, region: RegionPicture) -> None:
    served, shown = region.served, list(region.groups) or [None]
    building = Text(f"building {region.builders} AMI", "yellow") if region.builders else Text("")
    for number, group in enumerate(shown):
        first, second = number == 0, number == 1
        left = [Text(region.region, "bold") if first else building if second else Text(""),
                Text(region.market, "magenta" if region.in_peak else "") if first else Text("")]
        numbers = [_requests(served) if first else Text(""), _failed(served) if first else Text("")]
        table.add_row(*left, *_group(group), *numbers)
    if region.builders and len(shown) == 1:
        table.add_row(building)


def _group(group: scene.Group | None) -> list[Text]:
    if group is None:
        return [Text("")] * 4
    colour = Text(f"■ {group.colour}", "red" if group.colour == "red" else "bright_black")
    lights = Text(" ").join(Text(*LIGHTS[light]) for light in group.lights)
    name = Text.assemble(group.name, (f"  {group.commit[:7]}", "bright_black"))
    return [name, colour, lights, Text(f"{group.share:.0%}" if group.share else "")]


def _requests(served: scene.Served) -> Text:
    return Text.assemble(f"{served.requests:,}", (f"  {served.per_second:3.0f}/s", "bright_black"))


def _failed(served: scene.Served) -> Text:
    """Outside the canary's share, and inside it."""
    outside = Text(f"{served.failed_outside:,}", "bold red" if served.failed_outside else "green")
    return outside + Text(f" + {served.canary_failed:,} canary", "yellow") if served.canary_failed else outside


def _push(picture: Picture, lines: int) -> Panel:
    story = picture.story
    rows: list[RenderableType] = [_score(story.scores)] if story.scores else []
    rows += [_at_work(event, picture.now) for event in story.at_work]
    if story.events:
        rows.append(Text(""))
    rows += [_past(event, picture.began) for event in story.last(lines)]
    return Panel(Stack(*rows) if rows else Text("no push yet"), title=Text(story.push_id or "push"), title_align="left")


def _score(scores: Sequence[float]) -> Text:
    curve = "".join(CURVE[min(7, int(score / 100 * 8))] for score in scores[-40:])
    return Text.assemble("score  ", (curve, "cyan"), (f"  {scores[-1]:.0f}", "bold cyan"), " of 100")


def _at_work(event: Event, now: float) -> Text:
    waited = max(0, int(now - event.at.timestamp()))
    return Text.assemble(("▶ ", "yellow"), line(event), (f"  {waited} s", "bright_black"), overflow="ellipsis",
                         no_wrap=True)


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
