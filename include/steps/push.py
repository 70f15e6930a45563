"""The two ends of a push: what was asked for, and how it ended by what the regions really run."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime

from include.domain.asg_names import cluster_name
from include.domain.aws_calls import Calls, as_line
from include.domain.errors import BadInput
from include.domain.push import Push, PushEnd, PushKind, PushRecord
from include.domain.service import Service
from include.domain.standing import End, Standing, stands
from include.ports import Archive, Branches, Clusters, Images, Leases
from include.steps.lease import lease_key, roll_back_owner
from include.steps.reporting import keep_page, of_push
from include.steps.scoring import kept_verdict

ENVIRONMENT = "prod"
KINDS = tuple(str(kind) for kind in PushKind if kind != PushKind.CALIBRATION)
MOST_OF_A_REASON = 2000     # characters


@dataclass(frozen=True)
class PushRequest:
    """What a person or the branch watcher asked for: a commit, or an AMI, or neither: the head of the prod branch."""

    kind: str
    commit: str
    ami: str
    reason: str
    started_by: str


def start_push(request: PushRequest, push_id: str, service: Service, now: datetime, branches: Branches,
               images: Images) -> Push:
    """A push of one known commit or AMI; BadInput names what is not known."""
    if request.kind not in KINDS:
        raise BadInput(f"kind {request.kind!r} is not known: {', '.join(KINDS)}")
    if request.commit and request.ami:
        raise BadInput(f"commit {request.commit} and AMI {request.ami}: a push takes one of them")
    commit, branch, ami = _what(request, service, branches, images)
    return Push(push_id, service.service, ENVIRONMENT, request.kind, commit, branch, ami,
                request.reason, request.started_by, now)


def finish_push(push: Push, failures: Mapping[str, str], service: Service, now: datetime,
                clusters: Mapping[str, Clusters], archive: Archive, leases: Leases,
                aws_calls: Calls | None = None) -> PushRecord:
    """The push's record, written once: its end is what the regions run, and what was left behind."""
    key, cluster = of_push(push.service, push.id, "record.json"), cluster_name(push.service, push.environment)
    verdict = kept_verdict(push.service, push.id, archive)
    found = archive.get(key)
    if found is None:
        standing = {region: stands(port.asgs(cluster), cluster, push.id, region) for region, port in clusters.items()}
        record = _record(push, failures, now, standing, verdict.score if verdict else None)
        record = replace(record, aws_calls=sum((aws_calls or {}).values()), aws_operations=as_line(aws_calls or {}))
        archive.put(key, json.dumps(asdict(record), default=datetime.isoformat).encode(), "application/json")
    else:
        record = _read(found)
    _keep_page(record, verdict.report if verdict else "", archive)
    for region in clusters:
        for owner in (push.id, roll_back_owner(push.id)):
            leases.release(lease_key(push.service, push.environment, region), owner)
    return record


def _what(request: PushRequest, service: Service, branches: Branches, images: Images) -> tuple[str, str, str]:
    """Commit, branch and AMI name; what the AMI does not say stays empty."""
    prod = service.branches.prod
    if request.ami:
        image = images.named(request.ami)
        if image is None:
            raise BadInput(f"there is no AMI {request.ami!r} of {service.service}")
        return image.commit, image.branch, image.name
    if request.commit:
        return branches.commit(request.commit).sha, prod, ""
    return branches.head(prod), prod, ""


def _record(push: Push, failures: Mapping[str, str], now: datetime, standing: Mapping[str, Standing],
            score: float | None) -> PushRecord:
    end, left = _end(standing)
    why = [sentence for sentence in (*left, *failures.values()) if sentence]
    reason = "; ".join(dict.fromkeys(why))[:MOST_OF_A_REASON]
    if end != PushEnd.SUCCESS and not reason:
        reason = "no region was changed, and no task says why"
    regions = ",".join(region for region, found in standing.items() if found.end == End.COMPLETE)
    return PushRecord(push.id, push.service, push.environment, push.kind, push.commit, push.ami, end, reason, regions,
                      score, push.started_by, push.started_at, now)


def _end(standing: Mapping[str, Standing]) -> tuple[str, list[str]]:
    """The end, and what a person must know or repair."""
    ends = {found.end for found in standing.values()}
    if ends == {End.COMPLETE}:
        return PushEnd.SUCCESS, []
    left = [found.what for found in standing.values() if found.end == End.LEFT]
    if End.COMPLETE in ends:
        new = [region for region, found in standing.items() if found.end == End.COMPLETE]
        old = [region for region in standing if region not in new]
        left.append(f"{', '.join(new)} run the new AMI and {', '.join(old)} do not: push again, or push the older AMI")
    return (PushEnd.FAILURE_DIRTY if left else PushEnd.FAILURE_CLEAN), left


def _keep_page(record: PushRecord, canary_page: str, archive: Archive) -> None:
    def draw() -> str:
        from include.reports.render import push_report

        return push_report(record, archive.events(record.service, record.push_id), canary_page)

    keep_page(of_push(record.service, record.push_id, "push.html"), draw, archive)


def _read(body: bytes) -> PushRecord:
    said = json.loads(body)
    known = {field.name: said[field.name] for field in fields(PushRecord) if field.name in said}
    return PushRecord(**known | {name: datetime.fromisoformat(said[name]) for name in ("started_at", "ended_at")})
