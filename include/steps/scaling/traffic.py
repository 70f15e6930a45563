"""A region's own traffic of the last days; read from the metric store, a day a query."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import isfinite, nan

from include.domain.asg_names import BASELINE, CANARY, VERSIONS, build, members, parse
from include.domain.cluster import Asg
from include.domain.errors import SerinError
from include.domain.looks import Look
from include.domain.scaling.forecast import DAYS, Day, slots
from include.domain.service import Service
from include.ports import Metrics

VERSIONS_BACK = 30      # ASGs of a week and their canaries: the traffic of a day is that of all who served it

log = logging.getLogger(__name__)


def last_days(cluster: str, asgs: Sequence[Asg], service: Service, look: Look, metrics: Metrics) -> list[Day]:
    """The last 24 hours first. A metric store that does not answer knows of no day: a push goes on without."""
    names, day = _served(cluster, asgs), service.lasts(hours=24)
    try:
        return [_day(names, look.now - (ago + 1) * day, day, service, metrics) for ago in range(DAYS)]
    except SerinError as error:
        log.warning("the traffic of the last days could not be read: %s", error)
        return []


def _served(cluster: str, asgs: Sequence[Asg]) -> list[str]:
    """Names of the ASGs that may have served the cluster lately, those that are gone too: versions go up by one."""
    there = members(asgs, cluster)
    newest = (parse(there[-1].name).version or 0) if there else 0
    name = parse(cluster)
    return [str(build(name.service, name.environment, detail, (newest + 1 - back) % VERSIONS))
            for back in range(VERSIONS_BACK) for detail in ("", CANARY, BASELINE)]


def _day(names: Sequence[str], since: datetime, day: timedelta, service: Service, metrics: Metrics) -> list[float]:
    """The requests of all of them together, by slots; the table's own bins, of which the first may begin before."""
    table = metrics.read(names, since, since + day, [service.metrics.requests])
    if not len(table.names):
        return slots([])
    points = range(table.values.shape[2])
    return slots([_sum(table.values[:, 0, point].tolist()) for point in points])


def _sum(values: Sequence[float]) -> float:
    there = [value for value in values if isfinite(value)]
    return sum(there) if there else nan
