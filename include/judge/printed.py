"""A judgement on a terminal, or as lines of text where there is none. Names come from files: nothing in them steers
the terminal."""

from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from include.domain.canary import Decision
from include.domain.scoring.readings import Judgement, Reading, State

COLOURS = {Decision.GO: "bold green", Decision.NO_GO: "bold red"}
MOST = 20      # readings of a kind


def show(judgement: Judgement, out: TextIO) -> None:
    """Verdict, score, lost points, what else differs, coverage."""
    if not out.isatty():
        out.write("\n".join(map(_harmless, lines(judgement))) + "\n")
        return
    console = Console(file=out)
    console.print(Text(_harmless(judgement.reason), COLOURS.get(judgement.decision, "bold yellow")))
    rows = judgement.lost or _others(judgement)
    if rows:
        table = Table("points", "tier", "why", title="Lost points" if judgement.lost else "Differs")
        for reading in rows[:MOST]:
            table.add_row(f"{-reading.points or 0:g}", Text(_harmless(reading.tier)), Text(_harmless(reading.sentence)))
        console.print(table)
    for line in _below(judgement):
        console.print(Text(_harmless(line)))


def lines(judgement: Judgement) -> list[str]:
    return [judgement.reason,
            *(f"  -{reading.points:g}  {reading.tier}  {reading.sentence}" for reading in judgement.lost[:MOST]),
            *_below(judgement)]


def _below(judgement: Judgement) -> list[str]:
    more, others = len(judgement.lost) - MOST, _others(judgement)
    return [*([f"and {more} more that cost points"] if more > 0 else []),
            *([f"{len(others)} more differ, without costing points"] if others and judgement.lost else []),
            f"score {judgement.score:g} of 100",
            f"coverage {judgement.coverage_percent:g} % of {len(judgement.readings):,} metrics, "
            f"{judgement.points_in_time} points",
            f"requests {judgement.canary_requests:,.0f} on the canary, {judgement.baseline_requests:,.0f} on the "
            "baseline",
            judgement.floors or "no floors"]


def _others(judgement: Judgement) -> list[Reading]:
    return [reading for reading in judgement.readings
            if not reading.points and reading.state in (State.HOT, State.COLD)]


def _harmless(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)
