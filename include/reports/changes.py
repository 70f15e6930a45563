"""The page of what changes with a push: commits, tickets, libraries, config and launch templates. One file, nothing
fetched; what is long is folded, and one box finds in all of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup, escape

from include.domain.changes.config import ConfigChanges
from include.domain.changes.launch import LaunchChanges
from include.domain.changes.libraries import How, LibraryChange
from include.domain.changes.report import ChangeReport, all_missing, counted, headline
from include.domain.changes.source import Count, Source, SourceCommit
from include.domain.changes.tickets import TICKET_ID, Ticket
from include.reports.render import link, page, script

SHORT = 30          # entries that are shown without a click
HARD_FIRST = ("major", "minor", "patch", "pre-release", "")
Tickets = Mapping[str, Ticket]


@dataclass(frozen=True)
class Group:
    """Commits of one ticket or person."""

    name: str
    commits: Sequence[SourceCommit]


def changes_report(report: ChangeReport) -> str:
    """The page; `report` says all of it, and everything of it is untrusted."""
    code, policy = script("changes.js")
    return page("changes.html", report=report, said=headline(report), missing=all_missing(report), SHORT=SHORT,
                counted=counted, link=link, linked=lambda text: _linked(text, report.tickets), by_how=_by_how,
                groups=_groups, config=_config, launches=_launches(report), ticket=_ticket(report.tickets),
                script=code, policy=policy)


def _linked(text: str, tickets: Tickets) -> Markup:
    """The text, with a link at each ticket that is known."""
    told, end = Markup(), 0
    for match in TICKET_ID.finditer(text):
        told += escape(text[end:match.start()]) + _anchor(match[0], tickets)
        end = match.end()
    return told + escape(text[end:])


def _anchor(name: str, tickets: Tickets) -> Markup:
    known = tickets.get(name)
    address = link(known.url) if known else ""
    return Markup('<a href="{}" rel="noreferrer">{}</a>').format(address, name) if address else escape(name)


def _ticket(tickets: Tickets) -> Callable[[str], Ticket]:
    """A ticket with what its store says of it; one that it does not know has nothing but its name."""
    return lambda name: tickets.get(name) or Ticket(name, "", "", "")


def _groups(source: Source, counts: Iterable[Count], kind: str) -> list[Group]:
    """By person, or by ticket; merges are the same changes once more."""
    commits: dict[str, list[SourceCommit]] = {}
    for commit in source.comes:
        people = () if commit.is_merge else (commit.author,)
        for name in commit.tickets if kind == "ticket" else people:
            commits.setdefault(name, []).append(commit)
    return [Group(count.name, commits[count.name]) for count in counts]


def _by_how(changes: Iterable[LibraryChange]) -> list[tuple[str, list[LibraryChange]]]:
    """Up, down, changed, added, removed; of each the farthest jumps first."""
    order = [How.UP, How.DOWN, How.CHANGED, How.ADDED, How.REMOVED]
    by = sorted(changes, key=lambda one: (order.index(How(one.how)), not one.may_break, HARD_FIRST.index(one.jump)))
    return [(str(how), list(some)) for how, some in groupby(by, key=lambda one: one.how)]


def _config(changes: Sequence[ConfigChanges]) -> list[tuple[str, ConfigChanges]]:
    return [(f"{one.environment}{', ' + one.region if one.region else ', all regions'}", one) for one in changes]


def _launches(report: ChangeReport) -> list[tuple[list[str], tuple[LaunchChanges, ...], str]]:
    """Regions of which the same is told, together."""
    return [([launch.region for launch in some], told, unknown) for (told, unknown), some in groupby(
        report.launches, key=lambda launch: (launch.told, launch.unknown))]
