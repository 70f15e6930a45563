"""What the two ends of a push measure."""

from itertools import product

from include.domain.own_metrics.metric import Kind, Measured, Metric
from include.domain.own_metrics.table import (
    DIRTY,
    PUSH_SINCE,
    PUSH_TIME,
    PUSHES,
    TABLE,
)
from include.domain.push import Push, PushEnd, PushRecord


def begun(push: Push) -> list[Measured]:
    """It is on its way; and the counters whose values are all known begin at 0."""
    labels = {"service": push.service, "environment": push.environment, "kind": str(push.kind)}
    zeros = [metric.of(0, **known) for metric in TABLE if metric.kind == Kind.COUNTER
             for known in _all_known(metric, labels)]
    return [PUSH_SINCE.of(push.started_at.timestamp(), **labels), *zeros]


def ended(record: PushRecord) -> list[Measured]:
    labels = {"service": record.service, "environment": record.environment, "kind": str(record.kind)}
    seconds = (record.ended_at - record.started_at).total_seconds()
    return [PUSHES.of(1, **labels, end=record.end), PUSH_TIME.of(seconds, **labels, end=record.end),
            PUSH_SINCE.of(0, **labels), *standing(record)]


def standing(record: PushRecord) -> list[Measured]:
    """Also after a rollback by hand."""
    return [DIRTY.of(int(record.end == PushEnd.FAILURE_DIRTY), service=record.service, environment=record.environment)]


def clean(service: str, environment: str) -> list[Measured]:
    """Nothing is left over any more, in any region."""
    return [DIRTY.of(0, service=service, environment=environment)]


def _all_known(metric: Metric, labels: dict[str, str]) -> list[dict[str, str]]:
    choices = [(labels[name],) if name in labels else metric.values.get(name, ()) for name in metric.labels]
    return [dict(zip(metric.labels, chosen, strict=True)) for chosen in product(*choices)]
