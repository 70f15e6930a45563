"""Where a commit or a ticket is: branches, AMI, gates, and how much of each cluster runs it; and that in sentences.

Subjects and names are untrusted text: whoever shows the sentences escapes them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

SHORT = 12      # digits of a hash in a sentence


@dataclass(frozen=True)
class Place:
    """One cluster: how many of its instances in service run the commit. `dark` are those of them without traffic;
    `asgs` those that have any; `unclear` ASGs of which it is not known; `silent` says why none of it is."""

    environment: str
    region: str
    instances: int = 0
    of: int = 0
    dark: int = 0
    asgs: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    silent: str = ""


@dataclass(frozen=True)
class Passage:
    """What a gate said."""

    gate: str
    passed: bool


@dataclass(frozen=True)
class CommitPlace:
    """One commit. `ami` is its own, or the first that was built of a commit that has it (`ami_commit`); `ami_silent`
    says why that is not known. `gates` are those of the AMI's commit, or of this one where there is no AMI."""

    commit: str
    author: str
    subject: str
    authored_at: datetime
    branches: tuple[str, ...]
    ami: str = ""
    ami_commit: str = ""
    ami_veto: str = ""
    ami_silent: str = ""
    gates: tuple[Passage, ...] = ()
    gates_silent: str = ""
    places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Where:
    """`asked` is what a person asked for; `note` what they must know besides: that nothing was found, or not all is
    shown."""

    asked: str
    commits: tuple[CommitPlace, ...]
    note: str = ""

    def lines(self) -> list[str]:
        """One sentence a line."""
        told = [line for commit in self.commits for line in _told(commit)]
        return [*told, self.note] if self.note else told


def _told(found: CommitPlace) -> Iterator[str]:
    yield (f"{found.commit[:SHORT]} “{found.subject}” by {found.author}, {found.authored_at:%Y-%m-%d %H:%M} UTC")
    yield f"branches: {', '.join(found.branches)}" if found.branches else "branches: none holds it (any more)"
    yield _ami(found)
    yield _gates(found)
    yield from map(_place, found.places)


def _ami(found: CommitPlace) -> str:
    if found.ami_silent:
        return f"AMI: not known: {found.ami_silent}"
    if not found.ami:
        return "AMI: none has it yet"
    first = "" if found.ami_commit == found.commit else f", the first that has it, built of {found.ami_commit[:SHORT]}"
    return f"AMI: {found.ami}{first}{f'; {found.ami_veto}' if found.ami_veto else ''}"


def _gates(found: CommitPlace) -> str:
    if found.gates_silent:
        return f"gates: not known: {found.gates_silent}"
    said = [f"{gate.gate} {'passed' if gate.passed else 'did not pass'}" for gate in found.gates]
    other = found.ami_commit and found.ami_commit != found.commit
    return f"gates{f' of {found.ami_commit[:SHORT]}' if other else ''}: {', '.join(said) or 'none was tried'}"


def _place(place: Place) -> str:
    here = f"{place.environment}, {place.region}: "
    if place.silent:
        return f"{here}not known: {place.silent}"
    have = "has" if len(place.unclear) == 1 else "have"
    unclear = f"; whether {' and '.join(place.unclear)} {have} it is not known" if place.unclear else ""
    if not place.of:
        return f"{here}no instance is in service{unclear}"
    if not place.instances:
        return f"{here}none of {place.of} instances{unclear}"
    dark = f", {place.dark} of them without traffic" if place.dark else ""
    return (f"{here}{place.instances} of {place.of} instances ({share(place)}), in {', '.join(place.asgs)}{dark}"
            f"{unclear}")


def share(place: Place) -> str:
    """In whole per cents; never 0 % of some, nor 100 % of less than all."""
    percent = 100 * place.instances // place.of
    return f"{percent} %" if percent else "under 1 %"
