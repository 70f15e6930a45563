"""What good canaries moved, kept in the archive: how far each metric moves though nothing is wrong.

Law 7: what cannot be kept, or read again, is told in the log, and fails no push.
"""

import logging
from datetime import timedelta
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from include.domain.canary import Canary
from include.domain.errors import Retryable
from include.domain.service import Service
from include.ports import Archive, Metrics, MetricTable

if TYPE_CHECKING:
    from include.domain.scoring.history import Learned

log = logging.getLogger(__name__)

# A task looks many times with one archive: what is written once is read once.
_read: "WeakKeyDictionary[Archive, dict[tuple[str, ...], Learned]]" = WeakKeyDictionary()


def remember(canary: Canary, table: MetricTable, service: Service, archive: Archive) -> None:
    """Keep what both sides moved against each other, once."""
    from include.domain.scoring.history import key, packed
    from include.domain.scoring.past import compact
    from include.domain.scoring.rules import worth

    name = key(service.service, canary.push_id, canary.bake_until)
    try:
        if archive.get(name) is None:
            kinds = worth(table.names, service.metrics.rules).kind
            past = compact(table.names, table.values[0], table.values[1], table.step_seconds, kinds)
            archive.put(name, packed(past), "application/octet-stream")
    except Retryable:
        raise
    except Exception as error:
        log.warning("%s could not be kept: %s: %s", name, type(error).__name__, error)


def known(canary: Canary, table: MetricTable, service: Service, metrics: Metrics, archive: Archive) -> "Learned":
    """The floors of the last good canaries; for metrics that those tell too little of, of the instances that prod has
    in the very hours of `table`, where the metric store knows them."""
    from include.domain.scoring.instances import of_instances, unknown
    from include.domain.scoring.rules import worth

    history = learned(canary.push_id, service, archive)
    missing = unknown(history.floors, table.names)
    if not missing or not canary.running_asg:
        return history
    until = table.since + timedelta(seconds=table.step_seconds * table.values.shape[2])
    found = metrics.read_instances(canary.running_asg, table.since, until,
                                   None if len(missing) == len(table.names) else missing)
    kinds = worth(found.names, service.metrics.rules).kind
    return history.filled(of_instances(found.names, found.values, canary.size, found.step_seconds, kinds))


def learned(push_id: str, service: Service, archive: Archive) -> "Learned":
    """The floors of the last good canaries, without this push's own: it may have died after it was kept."""
    from include.domain.scoring.history import folder, learned, newest

    there = archive.keys(folder(service.service))
    keys = tuple(newest(key for key in there if not key.endswith(f"-{push_id}.npz")))
    known = _read.setdefault(archive, {})
    if keys not in known:
        known.clear()
        known[keys] = learned({key: archive.get(key) for key in keys})
        for key, why in known[keys].unread.items():
            log.warning("%s is passed over: %s", key, why)
    return known[keys]
