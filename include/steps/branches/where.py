"""Where is a commit, where is a ticket: asked by people in the room and on the dashboard. It changes nothing.

Each cluster is read once, whatever is asked; one that does not answer is said, and hides no other.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from include.domain import asg_tags
from include.domain.asg_names import cluster_name
from include.domain.changes.tickets import ticket_ids
from include.domain.cluster import Asg
from include.domain.errors import BadInput
from include.domain.service import Service
from include.domain.standing import is_black
from include.domain.where import CommitPlace, Passage, Place, Where
from include.ports import Archive, Branches, Clusters, Commit, Image, Images
from include.steps.branches.running import commits_of
from include.steps.gates.kept import kept_gates

LOOKED_THROUGH = 2000   # commits, the newest, whose messages are searched for a ticket
SHOWN = 10              # of its commits
MOST_SILENT = 200       # characters of why something is not known
Found = TypeVar("Found")
Places = Mapping[tuple[str, str], Clusters]


@dataclass(frozen=True)
class _Cluster:
    """What one cluster runs: its ASGs by commit, and those of which no commit is known."""

    environment: str
    region: str
    by_commit: Mapping[str, Sequence[Asg]]
    unclear: Sequence[Asg]
    silent: str = ""


class _Histories:
    """Whether what runs has a commit in its history; each thing is asked of the repository once."""

    def __init__(self, branches: Branches) -> None:
        self._branches = branches
        self._there: dict[str, bool] = {}
        self._has: dict[tuple[str, str], bool | None] = {}

    def has(self, runs: str, commit: str) -> bool | None:
        """None where the repository does not know what runs."""
        if (runs, commit) not in self._has:
            known = runs != commit and self._is_there(runs)
            self._has[runs, commit] = runs == commit or (self._branches.is_older(commit, runs) if known else None)
        return self._has[runs, commit]

    def _is_there(self, runs: str) -> bool:
        if runs not in self._there:
            try:
                self._there[runs] = bool(self._branches.commit(runs))
            except BadInput:
                self._there[runs] = False
        return self._there[runs]


def where(text: str, service: Service, branches: Branches, images: Images, archive: Archive, places: Places) -> Where:
    """Of a commit (7 to 40 hex digits) or of a ticket (API-123), in the clusters of `places`: environment and region to
    its port. BadInput for what is neither, or no commit."""
    asked = text.strip()
    commits, note = _asked_for(asked, service, branches)
    clusters = [_read(service, *place, port, images) for place, port in places.items()] if commits else []
    histories = _Histories(branches)
    return Where(asked, tuple(_found(commit, service, branches, images, archive, clusters, histories)
                              for commit in commits), note)


def _asked_for(asked: str, service: Service, branches: Branches) -> tuple[list[Commit], str]:
    if re.fullmatch(r"[0-9a-fA-F]{7,40}", asked):
        return [branches.commit(asked)], ""
    ticket = asked.upper()
    if ticket_ids(ticket, {ticket.rpartition("-")[0]}) != (ticket,):
        raise BadInput(f"{asked[:80]!r} is no commit and no ticket: give 7 to 40 hex digits of a hash, or API-123")
    long_lived = _long_lived(service)
    found = branches.naming(ticket, long_lived, LOOKED_THROUGH)
    searched = f"the newest {LOOKED_THROUGH:,} commits of {', '.join(long_lived)}"
    if not found:
        return [], f"no commit names {ticket} among {searched}"
    more = f"{len(found)} commits name {ticket} among {searched}; the newest {SHOWN} are shown"
    return found[:SHOWN], more if len(found) > SHOWN else ""


def _long_lived(service: Service) -> list[str]:
    declared = service.branches
    return list(dict.fromkeys((declared.prod, declared.release, declared.test)))


def _read(service: Service, environment: str, region: str, port: Clusters, images: Images) -> _Cluster:
    try:
        asgs = [asg for asg in port.asgs(cluster_name(service.service, environment)) if not asg.deleting]
    except Exception as error:  # of any kind: the connection may not be there
        return _Cluster(environment, region, {}, (), _why(error))
    by_commit, _ = _or_why(lambda: commits_of(asgs, images))
    if by_commit is None:       # what tags say is known all the same
        by_commit = commits_of([asg for asg in asgs if asg_tags.COMMIT in asg.tags], images)
    known = {asg.name for some in by_commit.values() for asg in some}
    return _Cluster(environment, region, by_commit, [asg for asg in asgs if asg.name not in known])


def _found(commit: Commit, service: Service, branches: Branches, images: Images, archive: Archive,
           clusters: Iterable[_Cluster], histories: _Histories) -> CommitPlace:
    image, ami_silent = _or_why(lambda: _first_with(commit.sha, service, branches, images))
    tried = image.commit if image else commit.sha
    gates, gates_silent = _or_why(lambda: kept_gates(service.service, tried, archive))
    return CommitPlace(
        commit.sha, commit.author, commit.subject, commit.authored_at, tuple(branches.holding(commit.sha)),
        image.name if image else "", image.commit if image else "", image.veto if image else "", ami_silent,
        tuple(Passage(gate.name, gate.passed) for gate in gates or ()), gates_silent,
        tuple(_place(commit.sha, cluster, histories) for cluster in clusters))


def _first_with(commit: str, service: Service, branches: Branches, images: Images) -> Image | None:
    """Its own AMI, or that of the first commit after it that has one."""
    return images.first_of([commit, *branches.built_on(commit, _long_lived(service))])


def _place(commit: str, cluster: _Cluster, histories: _Histories) -> Place:
    if cluster.silent:
        return Place(cluster.environment, cluster.region, silent=cluster.silent)
    has: dict[bool | None, list[Asg]] = {True: [], False: [], None: [asg for asg in cluster.unclear if asg.in_service]}
    for runs, asgs in cluster.by_commit.items():
        has[histories.has(runs, commit)].extend(asg for asg in asgs if asg.in_service)
    every = sum(_in_service(asgs) for asgs in has.values())
    return Place(cluster.environment, cluster.region, _in_service(has[True]), every,
                 _in_service(filter(is_black, has[True])), _names(has[True]), _names(has[None]))


def _names(asgs: Iterable[Asg]) -> tuple[str, ...]:
    return tuple(sorted(asg.name for asg in asgs))


def _in_service(asgs: Iterable[Asg]) -> int:
    return sum(asg.in_service for asg in asgs)


def _or_why(ask: Callable[[], Found]) -> tuple[Found | None, str]:
    try:
        return ask(), ""
    except Exception as error:  # of any kind, as above
        return None, _why(error)


def _why(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:MOST_SILENT]
