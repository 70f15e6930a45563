"""How long each instance took to start, kept in the archive by the commit of its AMI: as seen by the looks of a push,
and as its own metrics tell where there are any, which is to the point.

Law 7: what cannot be kept, or read again, is told in the log, and fails no push.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from include.domain.cluster import Asg, Target
from include.domain.looks import Look
from include.domain.push import RegionPlan
from include.domain.red_black.start_times import StartTimes, first_served, level, settled, start_times
from include.domain.service import Service
from include.ports import Archive, Clusters, InstanceTable, Metrics

MOST_PUSHES = 20        # of one AMI, the newest, whose starts are read again
SERIES = "series"       # the object that tells what metrics told

log = logging.getLogger(__name__)

# What a process has kept already: a look asks the archive for nothing then.
_kept: "WeakKeyDictionary[Archive, dict[str, set[str]]]" = WeakKeyDictionary()


@dataclass(frozen=True)
class Of:
    """Whose starts: the commit of an AMI, in one region, in one push."""

    service: str
    commit: str
    region: str
    push_id: str

    @property
    def folder(self) -> str:
        return _folder(self.service, self.commit, self.region, self.push_id)


def of_plan(plan: RegionPlan) -> Of:
    """Those of the new ASG."""
    return Of(plan.service, plan.commit, plan.region, plan.push_id)


def note_healthy(of: Of, new: Asg, targets: Mapping[str, Sequence[Target]], look: Look, clusters: Clusters,
                 archive: Archive) -> None:
    """Instances that this look sees healthy in their target groups for the first time; none where nobody looked for a
    while, or where nobody knows the AMI's commit."""
    if look.unseen or not of.commit:
        return
    folder = of.folder
    try:
        known = _known(folder, archive)
        fresh = _healthy(new, targets) - known
        if not fresh:
            return
        launched = _launched(new.name, clusters)
        seconds = {one: (look.now - launched[one]).total_seconds() for one in sorted(fresh) if one in launched}
        if seconds:
            _put(folder, f"{look.now:%Y%m%dT%H%M%S.%f}", new.name, {"taking": seconds}, archive)
        known |= fresh
    except Exception as error:
        log.warning("the starts of %s could not be kept: %s: %s", new.name, type(error).__name__, error)


def note_series(of: Of, asg: str, service: Service, look: Look, clusters: Clusters, metrics: Metrics,
                archive: Archive) -> None:
    """What the metrics of the ASG's instances tell of their starts, once; nothing where they have none."""
    folder = of.folder
    try:
        launched = _launched(asg, clusters)
        if not launched or archive.get(f"{folder}{asg}_{SERIES}.json"):
            return
        source = service.metrics
        table = metrics.read_instances(asg, min(launched.values()), look.now, [source.requests, source.latency])
        taking, steady = _told(table, launched, source.requests, source.latency)
        if taking:
            _put(folder, SERIES, asg, {"taking": taking, "steady": steady}, archive)
    except Exception as error:
        log.warning("the starts of %s could not be kept: %s: %s", asg, type(error).__name__, error)


def known_starts(service: str, commit: str, archive: Archive) -> StartTimes | None:
    """Of all instances of an AMI that were watched, in every region; None where there is none."""
    taking: dict[str, float] = {}
    steady: dict[str, float] = {}
    try:
        keys = archive.keys(_folder(service, commit))
        pushes = sorted({key.split("/")[4] for key in keys})[-MOST_PUSHES:]
        for key in sorted((key for key in keys if key.split("/")[4] in pushes), key=_series_last):
            body = json.loads(archive.get(key) or b"{}")
            taking |= body.get("taking", {})
            steady |= body.get("steady", {})
    except Exception as error:
        log.warning("the starts of %s could not be read: %s: %s", commit, type(error).__name__, error)
    return start_times(taking, steady)


def _told(table: InstanceTable, launched: Mapping[str, datetime], requests: str,
          latency: str) -> tuple[dict[str, float], dict[str, float]]:
    """Seconds until each one's first request and until its steady latency, to the end of the point that tells it."""
    if requests not in table.names or latency not in table.names:
        return {}, {}
    served, slow = (table.values[:, table.names.index(name)].tolist() for name in (requests, latency))
    at, taking, steady = level(slow), {}, {}
    for row, instance in enumerate(table.instances):
        if instance not in launched:
            continue
        points = {"taking": first_served(served[row]), "steady": None if at is None else settled(slow[row], at)}
        for into, point in ((taking, points["taking"]), (steady, points["steady"])):
            if point is not None:
                ends = table.since + timedelta(seconds=(point + 1) * table.step_seconds)
                into[instance] = max(0.0, (ends - launched[instance]).total_seconds())
    return taking, steady


def _healthy(asg: Asg, targets: Mapping[str, Sequence[Target]]) -> set[str]:
    """In service, and healthy in every target group."""
    serving = {instance.id for instance in asg.instances if instance.in_service}
    for group in targets.values():
        serving &= {target.instance for target in group if target.state == "healthy"}
    return serving


def _launched(asg: str, clusters: Clusters) -> dict[str, datetime]:
    """When each instance was launched, of the newest hundred."""
    return {done.launched: done.started_at for done in clusters.activities(asg) if done.launched}


def _known(folder: str, archive: Archive) -> set[str]:
    kept = _kept.setdefault(archive, {})
    if folder not in kept:
        bodies = [json.loads(archive.get(key) or b"{}") for key in archive.keys(folder)]
        kept[folder] = {instance for body in bodies for instance in body.get("taking", {})}
    return kept[folder]


def _put(folder: str, name: str, asg: str, starts: Mapping[str, Mapping[str, float]], archive: Archive) -> None:
    body = json.dumps({"asg": asg, **starts}, sort_keys=True).encode()
    archive.put(f"{folder}{asg}_{name}.json", body, "application/json")


def _series_last(key: str) -> tuple[bool, str]:
    return key.endswith(f"_{SERIES}.json"), key


def _folder(service: str, commit: str, region: str = "", push_id: str = "") -> str:
    """`instance_starts/api/<commit>/<region>/<push>/`, as far as it is told."""
    return "/".join(["instance_starts", *(part for part in (service, commit, region, push_id) if part), ""])
