"""One value, or a few, of every metric that Serin has."""

from itertools import product

from include.domain.own_metrics.metric import Kind, Measured, Metric
from include.domain.own_metrics.table import TABLE

PLAIN = {"service": "api", "environment": "prod", "region": "us-east-1", "flow": "patch_push", "kind": "patch",
         "port": "metrics", "error": "Retryable", "then": "again", "aws": "elbv2", "branch": "prod"}
STEPS = ("build_ami", "gate", "bake", "holds", "roll_back")


def of(metric: Metric, moment: float) -> list[Measured]:
    """With each of the values that are known of its labels; `moment` is for those that hold one."""
    value = {"seconds since 1970": moment, "0 to 100": 97.5}.get(metric.unit, 90 if metric.kind == Kind.TIMER else 1)
    known = {"step": STEPS, "end": ("done",), "why": ("peak", "capacity")} | dict(metric.values)
    if metric.name.startswith("push."):
        known["end"] = ("Success", "FailureDirty")
    choices = [known.get(label) or (PLAIN[label],) for label in metric.labels]
    return [metric.of(value, **dict(zip(metric.labels, chosen, strict=True))) for chosen in product(*choices)]


def every(moment: float) -> list[Measured]:
    return [one for metric in TABLE for one in of(metric, moment)]
