"""What a run that the watcher started pushes: the head of the branch, once.

An event says that a branch moved, and no more: Airflow may hand on one for many commits, one twice, or an older one
alone (what comes while a run is on its way is not always handed on with what came before it). The head is asked when
the run starts, after every event that it was started for, so no commit can be missed; and that a commit was taken up is
kept, so that no second event takes it up again.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from include.domain.announcements import month_of
from include.domain.errors import Retryable
from include.domain.looks import Look, Wait, wait_or_give_up
from include.domain.push import PushEnd
from include.domain.service import Service
from include.ports import Archive, Branches
from include.steps.push.record import kept_record

LOOK_EVERY = timedelta(minutes=1)
LIMIT = timedelta(hours=24)     # a remote that is down for a night loses no commit
MONTHS = 2                      # that commits which were taken up are looked for in


@dataclass(frozen=True)
class TakenUp:
    """The commit; `settled` says by which push it was taken up before, empty where it is this one's."""

    commit: str
    settled: str = ""


def take_up(branch: str, flow: str, push_id: str, service: Service, look: Look, branches: Branches,
            archive: Archive) -> TakenUp | Wait:
    """The commit that this push of the flow (`prod`, `release`, `test`) is of, the same at every look. It is settled
    where the last push of the flow was of the same one: to try once more is a person's decision."""
    mine = f"{_folder(service, flow)}{month_of(push_id)}/{push_id}.json"
    if commit := _commit(mine, archive):
        return TakenUp(commit)
    try:
        head = branches.head(branch)
    except Retryable as error:
        return wait_or_give_up(f"the head of {branch} cannot be asked: {error}", look, look_every=LOOK_EVERY,
                               limit=LIMIT)
    before = next(_newest_first(service, flow, look.now, archive), "")
    same = before and _commit(before, archive) == head
    if same and (settled := _settled(before.rpartition("/")[2].removesuffix(".json"), head, service, archive)):
        return TakenUp(head, settled)
    archive.put(mine, json.dumps({"commit": head}).encode(), "application/json")
    return TakenUp(head)


def _settled(push_id: str, commit: str, service: Service, archive: Archive) -> str:
    """One that gave way, or died without a record, settled nothing."""
    record, _ = kept_record(service.service, push_id, archive)
    if record is None or record.end == PushEnd.SUPERSEDED:
        return ""
    return (f"commit {commit[:12]} was taken up by {push_id} already, which ended as {record.end}: to try it once "
            "more, start it by hand")


def _newest_first(service: Service, flow: str, now: datetime, archive: Archive) -> Iterator[str]:
    """The keys of what was taken up; ids sort by their time."""
    month = now
    for _ in range(MONTHS):
        yield from sorted(archive.keys(f"{_folder(service, flow)}{month:%Y%m}/"), reverse=True)
        month = month.replace(day=1) - timedelta(days=1)


def _commit(key: str, archive: Archive) -> str:
    body = archive.get(key)
    return str(json.loads(body)["commit"]) if body else ""


def _folder(service: Service, flow: str) -> str:
    return f"heard/{service.service}/{flow}/"
