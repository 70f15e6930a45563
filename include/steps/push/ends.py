"""The two ends of a push: what was asked for, and how it ended by what the regions really run."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from include.domain.approval import Approval
from include.domain.asg_names import cluster_name
from include.domain.aws_calls import Calls, as_line
from include.domain.declared.environments import PROD
from include.domain.ending import Early, Ending
from include.domain.errors import BadInput
from include.domain.push import ALONE, Push, PushEnd, PushKind, PushRecord
from include.domain.records import as_revision
from include.domain.service import Service
from include.domain.standing import red
from include.domain.veto import must_not_be_vetoed
from include.ports import Archive, Branches, Clusters, Images, Leases
from include.steps.branches.overtaking import must_not_go_back
from include.steps.canary.scoring import kept_verdict
from include.steps.changes.kept import page_of_changes
from include.steps.lease import lease_key, roll_back_owner
from include.steps.push.carried import carried
from include.steps.push.record import how_it_ended, keep_record
from include.steps.push.reporting import keep_page, of_push

ENVIRONMENT = PROD
KINDS = tuple(str(kind) for kind in PushKind if kind not in ALONE)
MOST_OF_A_REASON = 2000     # characters


@dataclass(frozen=True)
class PushRequest:
    """What a person or the branch watcher asked for: a commit, or an AMI, or neither: the head of the branch ("" is the
    prod branch)."""

    kind: str
    commit: str
    ami: str
    reason: str
    started_by: str
    branch: str = ""
    previous: str = ""


def as_asked(request: PushRequest, push_id: str, service: Service, environment: str, now: datetime) -> Push:
    """The push before anything was looked at."""
    return Push(push_id, service.service, environment, request.kind, request.commit,
                request.branch or service.branches.prod, request.ami, request.reason, request.started_by, now,
                request.previous)


def start_push(request: PushRequest, push_id: str, service: Service, now: datetime, branches: Branches,
               images: Images, clusters: Mapping[str, Clusters], environment: str = ENVIRONMENT) -> Push:
    """A push of one known commit or AMI; BadInput names what is not known, Refused what would go back. A deploy may
    go back: where nobody is served, what the branch's people did to it counts."""
    if request.kind not in KINDS:
        raise BadInput(f"kind {request.kind!r} is not known: {', '.join(KINDS)}")
    if request.commit and request.ami:
        raise BadInput(f"commit {request.commit} and AMI {request.ami}: a push takes one of them")
    commit, branch, ami = _what(request, service, branches, images)
    cluster = cluster_name(service.service, environment)
    unknown = [said for region, port in clusters.items() if request.kind != PushKind.DEPLOY
               for said in must_not_go_back(commit, red(port.asgs(cluster), cluster), region, service, branches)]
    return Push(push_id, service.service, environment, request.kind, commit, branch, ami,
                "; ".join(filter(None, [request.reason, *unknown])), request.started_by, now, request.previous)


def finish_push(push: Push, failures: Mapping[str, str], service: Service, now: datetime,
                clusters: Mapping[str, Clusters], archive: Archive, leases: Leases,
                aws_calls: Calls | None = None, early: Early | None = None,
                approval: Approval | None = None, branches: Branches | None = None) -> PushRecord:
    """The push's record: its end is what the regions run, and what was left behind; `early` where it stopped before it
    changed anything, `approval` says who let it into the regions, where a person was asked."""
    verdict = kept_verdict(push.service, push.id, archive)
    ended = how_it_ended(push.service, push.environment, push.id, clusters)
    if early and not failures and ended.end == PushEnd.FAILURE_CLEAN:
        ended = Ending(PushEnd(early.end), (early.why,), ())
    record = _record(push, failures, now, ended, verdict.score if verdict else None)
    previous, commits = carried(push, clusters, branches) if branches else ("", "")
    record = replace(record, previous=previous, commits=commits)
    record = replace(record, aws_calls=sum((aws_calls or {}).values()), aws_operations=as_line(aws_calls or {}))
    if approval:
        record = replace(record, approved_by=approval.by, approved_at=approval.at)
    record, number = keep_record(record, archive)
    _keep_page(record, number, verdict.report if verdict else "", archive)
    for region in clusters:
        for owner in (push.id, roll_back_owner(push.id)):
            leases.release(lease_key(push.service, push.environment, region), owner)
    return record


def _what(request: PushRequest, service: Service, branches: Branches, images: Images) -> tuple[str, str, str]:
    """Commit, branch and AMI name; what the AMI does not say stays empty."""
    branch = request.branch or service.branches.prod
    if request.ami:
        image = images.named(request.ami)
        if image is None:
            raise BadInput(f"there is no AMI {request.ami!r} of {service.service}")
        must_not_be_vetoed(image.name, image.veto, service.service)
        return image.commit, image.branch, image.name
    commit = branches.commit(request.commit).sha if request.commit else branches.head(branch)
    built = images.find(commit)
    if built:
        must_not_be_vetoed(built.name, built.veto, service.service)
    return commit, branch, ""


def _record(push: Push, failures: Mapping[str, str], now: datetime, ended: Ending, score: float | None) -> PushRecord:
    why = [sentence for sentence in (*ended.left, *failures.values()) if sentence]
    reason = "; ".join(dict.fromkeys(why))[:MOST_OF_A_REASON]
    if ended.end != PushEnd.SUCCESS and not reason:
        reason = "no region was changed, and no task says why"
    return PushRecord(push.id, push.service, push.environment, push.kind, push.commit, push.ami, ended.end, reason,
                      ",".join(ended.regions), score, push.started_by, push.started_at, now)


def _keep_page(record: PushRecord, number: int, canary_page: str, archive: Archive) -> None:
    def draw() -> str:
        from include.reports.render import push_report

        return push_report(record, archive.events(record.service, record.push_id), canary_page,
                           page_of_changes(record.service, record.push_id, archive))

    keep_page(of_push(record.service, record.push_id, as_revision("push.html", number)), draw, archive)
