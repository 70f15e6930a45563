"""What the metric store says of the squeezed instance and of prod, point by point."""

from datetime import datetime, timedelta
from math import isfinite, nan

from include.domain.squeeze.attempt import Sample
from include.domain.squeeze.limits import Point
from include.ports import InstanceTable, MetricTable
from include.steps.squeeze.here import Here


def samples(here: Here, side: str, instance: str, since: datetime) -> list[Sample]:
    """The points since then that are over, the oldest first; NaN where the store has nothing yet."""
    source, cpu, name = here.service.metrics, here.service.squeeze.cpu, here.pair[side].name
    names = [source.requests, source.errors, source.latency, *([cpu] if cpu else [])]
    table = here.metrics.read([name, here.main.name], since, here.look.now, names)
    step = timedelta(seconds=table.step_seconds)
    points = [at for at in range(table.values.shape[2]) if table.since + (at + 1) * step <= here.look.now]
    busy = _own_cpu(here, name, instance, since) if cpu and here.canary.size > 1 else {}
    return [Sample(table.since + at * step, _point(here, table, name, at, busy),
                   _point(here, table, here.main.name, at, {})) for at in points]


def _point(here: Here, table: MetricTable, asg: str, at: int, busy: dict[int, float]) -> Point:
    source = here.service.metrics
    cpu = busy.get(at, nan) if busy or (here.canary.size > 1 and asg != here.main.name) else _at(
        table, asg, here.service.squeeze.cpu, at)
    return Point(_at(table, asg, source.requests, at), _at(table, asg, source.errors, at),
                 _at(table, asg, source.latency, at), cpu)


def _own_cpu(here: Here, asg: str, instance: str, since: datetime) -> dict[int, float]:
    """The instance's own: the mean over its ASG has those in it that idle meanwhile."""
    cpu = here.service.squeeze.cpu
    table = here.metrics.read_instances(asg, since, here.look.now, [cpu])
    return {at: value for at in range(table.values.shape[2]) if isfinite(value := _of(table, instance, cpu, at))}


def _of(table: InstanceTable, instance: str, name: str, at: int) -> float:
    if instance not in table.instances or name not in table.names:
        return nan
    return float(table.values[table.instances.index(instance), table.names.index(name), at])


def _at(table: MetricTable, asg: str, name: str, at: int) -> float:
    if asg not in table.asgs or name not in table.names:
        return nan
    return float(table.values[table.asgs.index(asg), table.names.index(name), at])
