"""The record of a push, kept for ever. Nothing in the archive is overwritten: a push that ended otherwise than it was
told, because a person cleared its tasks or rolled it back, gets a revision, and the newest counts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from include.domain.asg_names import cluster_name
from include.domain.declared.environments import PROD
from include.domain.ending import Ending, ending
from include.domain.push import PushRecord
from include.domain.records import as_revision, newest, read, written
from include.domain.service import Service
from include.domain.standing import stands
from include.ports import Archive, Clusters
from include.steps.push.reporting import of_push


def how_it_ended(service: str, environment: str, push_id: str, clusters: Mapping[str, Clusters]) -> Ending:
    """What the regions really run."""
    cluster = cluster_name(service, environment)
    standing = {region: stands(port.asgs(cluster), cluster, push_id, region) for region, port in clusters.items()}
    return ending(push_id, standing, again="push" if environment == PROD else "deploy")


def kept_record(service: str, push_id: str, archive: Archive) -> tuple[PushRecord | None, int]:
    """The newest revision and its number; None and 0 where the push has no record yet."""
    number = newest(archive.keys(of_push(service, push_id, "record")))
    body = archive.get(of_push(service, push_id, as_revision("record.json", number))) if number else None
    return (read(body), number) if body else (None, 0)


def keep_record(record: PushRecord, archive: Archive) -> tuple[PushRecord, int]:
    """The record as it is kept, and the number of its revision: a new one only where the push ended otherwise."""
    before, number = kept_record(record.service, record.push_id, archive)
    if before and (before.end, before.regions) == (record.end, record.regions):
        return before, number
    key = of_push(record.service, record.push_id, as_revision("record.json", number + 1))
    archive.put(key, written(record), "application/json")
    return record, number + 1


def revise_record(push_id: str, service: Service, environment: str, reason: str, now: datetime,
                  clusters: Mapping[str, Clusters], archive: Archive) -> PushRecord | None:
    """After a rollback by hand: how the push stands by now. None where it has no record: its own run writes it."""
    before, _ = kept_record(service.service, push_id, archive)
    if before is None:
        return None
    ended = how_it_ended(service.service, environment, push_id, clusters)
    why = "; ".join((*ended.left, reason))
    return keep_record(replace(before, end=ended.end, reason=why, regions=",".join(ended.regions), ended_at=now),
                       archive)[0]
