"""A push beside all that runs: commits, libraries, config and launch templates, and what of it cannot be told."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from include.domain.changes.forge import Forge, forge_of
from include.domain.changes.report import Against, ChangeReport, Running
from include.domain.changes.source import Source
from include.domain.changes.text import one_line
from include.domain.changes.tickets import Ticket
from include.domain.manifest import Manifest
from include.domain.push import Push
from include.domain.service import Service
from include.ports import Archive, Branches, Clusters, Images, Tickets
from include.steps.changes.asking import Asking
from include.steps.changes.manifests import config_of, libraries_of, without_packages
from include.steps.changes.running import taking_traffic, what_launches, what_runs
from include.steps.changes.source import source_of
from include.steps.images.manifest import kept_manifest

MOST_TICKETS = 1000
MOST_OF_A_NAME, MOST_OF_A_SUMMARY, MOST_OF_A_STATUS = 200, 300, 60   # characters


@dataclass(frozen=True)
class Material:
    """What a report is made of."""

    push: Push
    service: Service
    now: datetime
    branches: Branches
    images: Images
    clusters: Mapping[str, Clusters]
    archive: Archive
    tickets: Tickets
    asking: Asking

    @property
    def forge(self) -> Forge:
        return forge_of(self.service.repository, self.service.forge_url)

    def manifest(self, ami: str) -> Manifest | None:
        return self.asking.ask(f"the manifest of AMI {ami}",
                               lambda: kept_manifest(self.push.service, ami, self.archive), None)


def compared(given: Material) -> ChangeReport:
    push, taking = given.push, taking_traffic(given.push, given.clusters, given.asking)
    manifest = given.manifest(push.ami)
    against = tuple(_against(running, given, manifest) for running in what_runs(taking, given.images, given.asking))
    nothing = tuple(f"nothing of {push.service} runs in {region} yet" for region, asgs in taking.items()
                    if asgs is not None and not asgs)
    report = ChangeReport(push.id, push.service, push.environment, push.commit, one_line(push.branch, MOST_OF_A_NAME),
                          push.ami, given.now, against, what_launches(taking, given.clusters, given.asking),
                          commit_url=given.forge.commit(push.commit), missing=nothing)
    return replace(report, tickets=_tickets(report, given))


def _against(running: Running, given: Material, new: Manifest | None) -> Against:
    with given.asking.apart() as missing:
        source = _source(running, given)
        old = given.manifest(running.ami) if running.ami else None
    found = Against(running, source)
    if old and new:
        found = replace(found, libraries=libraries_of(old, new), config=config_of(old, new, given.push.environment))
    return replace(found, missing=(*missing, *_unsaid(given.push, running, old, new)))


def _source(running: Running, given: Material) -> Source | None:
    new, projects = given.push.commit, given.service.tickets.projects
    if not (new and running.commit):
        return None
    return given.asking.ask(f"what comes with commit {new[:12]} to {', '.join(running.regions)}", lambda: source_of(
        running.commit, new, given.branches, given.forge, projects), None)


def _unsaid(push: Push, running: Running, old: Manifest | None, new: Manifest | None) -> list[str]:
    """What nobody wrote down, each in a sentence."""
    name = running.ami or running.ami_id
    told = [f"AMI {ami} does not say which commit it was built from"
            for ami, commit in ((name, running.commit), (push.ami, push.commit)) if not commit]
    bare = [ami for ami, manifest in ((name, old), (push.ami, new)) if manifest is None]
    if bare:
        return [*told, f"there is no manifest of AMI {' and of '.join(bare)}: libraries and config are not compared"]
    if unknown := without_packages(old, new):
        told.append(f"the packages of AMI {' and of '.join(unknown)} are not known: libraries are not compared")
    return told


def _tickets(report: ChangeReport, given: Material) -> dict[str, Ticket]:
    """Where the store did not answer, or there is none, an id is a link where the service says how."""
    declared, asking = given.service.tickets, given.asking
    ids = list(dict.fromkeys(ticket for one in report.against if one.source
                             for commit in (*one.source.comes, *one.source.goes) for ticket in commit.tickets))
    if len(ids) > MOST_TICKETS:
        asking.missing.append(f"of {len(ids):,} tickets only {MOST_TICKETS:,} were looked up")
    found = asking.ask("what the tickets say", lambda: given.tickets.read(ids[:MOST_TICKETS]), None) if ids else {}
    if found is None or declared.kind == "none":
        return {one: Ticket(one, "", "", declared.link(one)) for one in ids} if declared.url else {}
    return {one: Ticket(one, one_line(ticket.summary, MOST_OF_A_SUMMARY), one_line(ticket.status, MOST_OF_A_STATUS),
                        declared.link(one) or ticket.url) for one, ticket in found.items()}
