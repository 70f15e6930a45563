"""Start times of past pushes, kept in the archive: one object for each push and region, whose key alone tells the time.

Law 7: what cannot be kept, or read again, is told in the log, and fails no push.
"""

import json
import logging
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from include.domain.cluster import Asg
from include.domain.looks import Look
from include.domain.push import RegionPlan
from include.domain.red_black.start_times import RECENT, Limit, limit
from include.domain.service import Service
from include.ports import Archive, Clusters

AT_LEAST_MINUTES = 10
MONTHS = 3          # back from now, of which the newest starts are taken

log = logging.getLogger(__name__)

# A task looks many times with one archive: what is written once is read once.
_read: "WeakKeyDictionary[Archive, dict[str, list[float]]]" = WeakKeyDictionary()


def launch_limit(plan: RegionPlan, batches: int, service: Service, now: datetime, archive: Archive) -> Limit:
    """How long the region's launches may take, by those of the pushes before."""
    recent = recent_starts(plan.push_id, plan.service, plan.environment, plan.region, now, archive)
    return limit(recent, batches, service.lasts(minutes=AT_LEAST_MINUTES),
                 service.lasts(minutes=service.red_black.limit_minutes))


def remember_start(plan: RegionPlan, new: Asg, look: Look, clusters: Clusters, archive: Archive) -> None:
    """From the last launch until all were seen healthy; nothing where nobody looked for a while."""
    if look.unseen:
        return
    try:
        folder = _folder(plan.service, plan.environment, plan.region)
        if archive.keys(f"{folder}{plan.push_id}_"):
            return
        launched = [done.started_at for done in clusters.activities(new.name) if done.status == "Successful"]
        if launched:
            seconds = (look.now - max(launched)).total_seconds()
            body = json.dumps({"seconds": seconds, "instances": len(new.instances), "asg": new.name}).encode()
            archive.put(f"{folder}{plan.push_id}_{seconds:.0f}", body, "application/json")
    except Exception as error:
        log.warning("the start of %s could not be kept: %s: %s", new.name, type(error).__name__, error)


def recent_starts(push_id: str, service: str, environment: str, region: str, now: datetime,
                  archive: Archive) -> list[float]:
    """Seconds of the region's newest starts in pushes before this one, the newest last; a listing a month, and no
    object is opened."""
    folder = _folder(service, environment, region)
    try:
        known = _read.setdefault(archive, {})
        if folder not in known:
            known[folder] = _listed(folder, push_id, service, now, archive)
        return known[folder]
    except Exception as error:
        log.warning("start times in %s could not be read: %s: %s", region, type(error).__name__, error)
        return []


def _listed(folder: str, push_id: str, service: str, now: datetime, archive: Archive) -> list[float]:
    found: list[float] = []
    month = now.replace(day=1)
    for _ in range(MONTHS):
        keys = archive.keys(f"{folder}{service}-{month:%Y%m}")
        found = [float(key.rpartition("_")[2]) for key in sorted(keys) if push_id not in key] + found
        if len(found) >= RECENT:
            break
        month = (month - timedelta(days=1)).replace(day=1)
    return found


def _folder(service: str, environment: str, region: str) -> str:
    return f"starts/{service}/{environment}/{region}/"
