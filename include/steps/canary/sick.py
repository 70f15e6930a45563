"""Which single instance, or zone, makes metrics differ, where the metric store knows the instances of both sides."""

from datetime import timedelta
from typing import TYPE_CHECKING

from include.domain.canary import Canary
from include.domain.service import Service
from include.ports import Metrics, MetricTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from include.domain.scoring.floors import Floors
    from include.domain.scoring.readings import Reading
    from include.domain.scoring.sick import Found


def sick_instances(canary: Canary, differ: "Sequence[Reading]", table: MetricTable, service: Service,
                   metrics: Metrics, floors: "Floors") -> "Found":
    """By metric, of those that differ. A side of one instance has no other to be compared with."""
    from include.domain.scoring.sick import Side, sick

    if not differ or canary.size < 2:
        return {}
    names = [reading.name for reading in differ]
    until = table.since + timedelta(seconds=table.step_seconds * table.values.shape[2])
    sides = [metrics.read_instances(asg, table.since, until, names) for asg in (canary.canary_asg, canary.baseline_asg)]
    by_zone = (Side(side.instances, side.values, [canary.zone_of(instance) for instance in side.instances])
               for side in sides)
    return sick(names, *by_zone, service.metrics, floors)
