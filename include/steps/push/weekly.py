"""What a weekly push takes: the commit of release that is healthy in staging."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from include.domain.asg_names import cluster_name
from include.domain.asg_tags import COMMIT
from include.domain.declared.environments import PROD
from include.domain.declared.weekly import STAGING
from include.domain.errors import BadInput, GaveUp, Refused
from include.domain.looks import Look, Wait
from include.domain.peak_windows import Market
from include.domain.push import Push, PushKind
from include.domain.region_slots import region_slots
from include.domain.service import Service
from include.domain.standing import red
from include.domain.veto import must_not_be_vetoed
from include.ports import Archive, Branches, Clusters, Images, Traffic
from include.steps.branches.hygiene import not_merged_back
from include.steps.branches.overtaking import must_not_go_back
from include.steps.push.staging import healthy_in_staging

ENVIRONMENT = PROD


@dataclass(frozen=True)
class WeeklyRequest:
    """What a person asked for; all of it is empty where the timetable did. `although` says why a commit goes that is
    not what staging runs."""

    commit: str
    although: str
    reason: str
    started_by: str


@dataclass(frozen=True)
class Staging:
    """The ports of each region of staging."""

    clusters: Mapping[str, Clusters]
    traffic: Mapping[str, Traffic]


def start_weekly(request: WeeklyRequest, push_id: str, service: Service, markets: Mapping[str, Market], look: Look,
                 branches: Branches, images: Images, archive: Archive, staging: Staging,
                 clusters: Mapping[str, Clusters]) -> Push | Wait:
    """The push, or a Wait while staging is being deployed to. Refused says what is in the way, BadInput what was
    asked for and is not to be had."""
    must_be_merged_back(service, branches)
    commit = _commit(request, service, look, branches, archive, staging)
    if isinstance(commit, Wait):
        return commit
    must_be_in_release(commit, service, branches)
    if built := images.find(commit):
        must_not_be_vetoed(built.name, built.veto, service.service)
    unknown = must_move_forwards(commit, service, branches, clusters)
    must_not_meet_a_freeze(service, markets, look.now + service.lasts(hours=service.canary.bake_hours))
    reason = request.reason or "the weekly push"
    although = f"although it is not what {STAGING} runs: {request.although}" if request.although else ""
    return Push(push_id, service.service, ENVIRONMENT, PushKind.WEEKLY, commit, service.branches.release, "",
                "; ".join(filter(None, [reason, although, *unknown])), request.started_by, look.now)


def must_be_merged_back(service: Service, branches: Branches) -> None:
    """Refused names the commits of prod that the push would take out of production."""
    if missing := not_merged_back(service, branches):
        raise Refused(missing)


def must_be_in_release(commit: str, service: Service, branches: Branches) -> None:
    """Refused where the branch does not hold the commit (any more)."""
    release = service.branches.release
    try:
        holding = branches.holding(commit)
    except BadInput:
        holding = []
    if release not in holding:
        raise Refused(f"commit {commit[:12]} is not in {release}: a force-push may have dropped it; it is not pushed")


def must_move_forwards(commit: str, service: Service, branches: Branches,
                       clusters: Mapping[str, Clusters]) -> list[str]:
    """Refused where a region of prod runs something newer, or each of them this commit; else what is not known of that,
    in sentences."""
    cluster = cluster_name(service.service, ENVIRONMENT)
    running = {region: red(port.asgs(cluster), cluster) for region, port in clusters.items()}
    if all(there and {asg.tags.get(COMMIT) for asg in there} == {commit} for there in running.values()):
        raise Refused(f"commit {commit[:12]} runs in every region of {ENVIRONMENT} already: nothing newer is healthy "
                      f"in {STAGING}")
    return [said for region, there in running.items()
            for said in must_not_go_back(commit, there, region, service, branches)]


def must_not_meet_a_freeze(service: Service, markets: Mapping[str, Market], ready: datetime) -> None:
    """Refused where a region that is ready then would wait for the end of a freeze: what was tried, and said go to,
    would be old by that time."""
    for slot in region_slots(service, markets, ready):
        if slot.freeze:
            raise Refused(f"{slot.region} could not be pushed then: {slot.freeze}; start the weekly push after it")


def _commit(request: WeeklyRequest, service: Service, look: Look, branches: Branches, archive: Archive,
            staging: Staging) -> str | Wait:
    if request.although and not request.commit:
        raise BadInput(f"although: name the commit that is to go although it is not what {STAGING} runs")
    wanted = branches.commit(request.commit).sha if request.commit else ""
    if wanted and request.although:
        return wanted
    try:
        healthy = healthy_in_staging(service, look, staging.clusters, staging.traffic, archive)
    except (Refused, GaveUp) as nothing:
        raise type(nothing)(f"{nothing}{_by_hand(wanted)}") from nothing
    if wanted and not isinstance(healthy, Wait) and wanted != healthy:
        raise Refused(f"commit {wanted[:12]} is not what {STAGING} runs, which is {healthy[:12]}{_by_hand(wanted)}")
    return healthy


def _by_hand(wanted: str) -> str:
    return "; say why in `although` to push it all the same" if wanted else ""
