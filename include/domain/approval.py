"""The question that a weekly push puts to a person, and the answer, as data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from include.domain.region_slots import RegionSlot

MOST_WORDS = 300        # characters of what others wrote


@dataclass(frozen=True)
class Answer:
    """What a person said. `comment` is untrusted text."""

    go: bool
    by: str
    at: datetime
    comment: str = ""


@dataclass(frozen=True)
class Approval:
    """Who let a push into the regions, and when."""

    push_id: str
    by: str
    at: datetime
    comment: str = ""


@dataclass(frozen=True)
class Evidence:
    """What there is to decide by. `score` and `reason` are the verdict's; pages are a label and an address; `scaling`
    is what would change of it, a line each."""

    service: str
    commit: str
    author: str
    subject: str
    ami: str
    started_by: str
    why: str
    score: float
    reason: str
    sweet_spot: str
    pages: Sequence[tuple[str, str]]
    slots: Sequence[RegionSlot]
    changes: str = ""
    scaling: Sequence[str] = ()


def subject(evidence: Evidence) -> str:
    return f"Push {evidence.service} {evidence.commit[:12]} to every region of prod?"


def body(evidence: Evidence, until: datetime, may_answer: Sequence[str]) -> str:
    """Markdown. All that others wrote stands between backticks, where nothing is a link, a tag or a heading."""
    lines = [
        f"**Score {evidence.score:g}**: {quoted(evidence.reason)}",
        f"- commit `{evidence.commit[:12]}` by {quoted(evidence.author)}: {quoted(evidence.subject)}",
        f"- AMI {quoted(evidence.ami)}, started by {quoted(evidence.started_by)}: {quoted(evidence.why)}",
        *([f"- changes: {quoted(evidence.changes)}"] if evidence.changes else []),
        *([f"- {quoted(evidence.sweet_spot)}"] if evidence.sweet_spot else []),
        *[f"- scaling in {quoted(line)}" for line in evidence.scaling],
        *[f"- {_page(label, address)}" for label, address in evidence.pages],
        "", "If you said go now, regions would be pushed one after the other:", "",
        "| region | from | until | because |", "|---|---|---|---|",
        *[f"| {slot.region} | {_at(slot.starts)} | {_at(slot.ends)} | {quoted(slot.reason) if slot.reason else ''} |"
          for slot in evidence.slots],
        "", f"The canary is gone already. Before the first region all is looked at again. Where nobody answers until "
            f"{until:%a %Y-%m-%d %H:%M} UTC, nothing is pushed.",
        "", f"{' or '.join(quoted(who) for who in may_answer)} may answer."]
    return "\n".join([lines[0], "", *lines[1:]])


def quoted(text: str) -> str:
    """Untrusted text as a span of code, on one line, and cut: there is no mark-up in it that would be read."""
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    cut = plain if len(plain) <= MOST_WORDS else f"{plain[:MOST_WORDS]}…"
    return f"`{cut.replace('`', chr(39)).replace('|', '¦')}`" if cut else "nothing"


def _page(label: str, address: str) -> str:
    if address.startswith(("https://", "http://")) and not set(address) & set("<>()[]` \t\n"):
        return f"[{label}]({address})"
    return f"{label}: {quoted(address)}"


def _at(instant: datetime | None) -> str:
    return f"{instant:%a %Y-%m-%d %H:%M} UTC" if instant else "never"
