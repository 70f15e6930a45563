"""What staging proves: the commit that every region of it runs, healthy, by a deploy that ended well."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from include.domain import asg_tags
from include.domain.asg_names import cluster_name
from include.domain.cluster import Asg
from include.domain.declared.weekly import STAGING
from include.domain.errors import Refused
from include.domain.looks import Look, Wait, wait_or_give_up
from include.domain.push import PushEnd
from include.domain.service import Service
from include.domain.standing import red
from include.ports import Archive, Clusters, Traffic
from include.steps.push.record import kept_record
from include.steps.red_black.ladder import not_yet

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Deployed:
    """One ASG of staging that takes traffic: the commit it runs, when its deploy ended well, or `wrong`: why it proves
    nothing. `unfinished`: its deploy has not ended."""

    commit: str
    ended_at: datetime = NEVER
    wrong: str = ""
    unfinished: bool = False


def healthy_in_staging(service: Service, look: Look, clusters: Mapping[str, Clusters], traffic: Mapping[str, Traffic],
                       archive: Archive) -> str | Wait:
    """The commit; where there are several, the one whose deploy ended last. A Wait while a deploy is on its way and
    nothing else is healthy; Refused says why each region proves nothing, or GaveUp how long that was."""
    found = {region: _deployed(service, region, port, traffic[region], archive) for region, port in clusters.items()}
    proven = [{one.commit: one.ended_at for one in there if not one.wrong} for there in found.values()]
    everywhere = set.intersection(*map(set, proven))
    if everywhere:
        return max(everywhere, key=lambda commit: (min(there[commit] for there in proven), commit))
    why = "; ".join(_why(region, there) for region, there in found.items())
    if any(one.unfinished for there in found.values() for one in there):
        return wait_or_give_up(f"a deploy to {STAGING} is on its way: {why}", look,
                               look_every=service.lasts(minutes=service.red_black.look_every_minutes),
                               limit=service.lasts(minutes=service.red_black.region_minutes * len(found)))
    raise Refused(f"no commit is healthy in all of {STAGING}: {why}")


def _deployed(service: Service, region: str, clusters: Clusters, traffic: Traffic,
              archive: Archive) -> list[Deployed]:
    cluster = cluster_name(service.service, STAGING)
    return [_proven(asg, service, traffic, archive) for asg in red(clusters.asgs(cluster), cluster)]


def _proven(asg: Asg, service: Service, traffic: Traffic, archive: Archive) -> Deployed:
    commit, push_id = (asg.tags.get(tag, "") for tag in (asg_tags.COMMIT, asg_tags.PUSH))
    if not commit or not push_id:
        return Deployed(commit, wrong=f"{asg.name} was not deployed by Serin")
    runs = f"{asg.name} with commit {commit[:12]}"
    record, _ = kept_record(service.service, push_id, archive)
    if record is None:
        return Deployed(commit, wrong=f"the deploy of {runs} has not ended", unfinished=True)
    if record.end != PushEnd.SUCCESS:
        return Deployed(commit, wrong=f"the deploy of {runs} ended {record.end}: {record.reason}")
    if ill := not_yet(asg, max(1, asg.desired), traffic):
        return Deployed(commit, wrong=f"{runs} is not healthy: {ill}")
    return Deployed(commit, record.ended_at)


def _why(region: str, there: list[Deployed]) -> str:
    if not there:
        return f"{region}: nothing takes traffic"
    return f"{region}: " + ", ".join(one.wrong or f"commit {one.commit[:12]} is healthy" for one in there)
