"""Where a service's metrics are read, one class for each kind of store, and what they are worth.

A kind says how series of its store are called here: one name per metric, the same for every ASG, in every read.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from include.domain.metric_series import LABEL, CloudWatchSeries, Label, PrometheusSeries
from include.domain.settings import Settings, Some

TABLE = r"[A-Za-z_][A-Za-z0-9_.]*"
LATEST = 4      # points; a squeeze waits for one more
SHORT_PERIODS = (1, 5, 10, 20, 30)
# How long CloudWatch keeps points of a period; a finer read of what is older is answered with nothing at all.
KEEPS = ((timedelta(days=63), 3600), (timedelta(days=15), 300), (timedelta(hours=3), 60))


class MetricRule(Settings):
    """What metrics whose name matches a pattern (fnmatch) are, and what they are worth. The first rule that matches
    counts. A count is events; `counter` grows until its process restarts, and its steps are counted; a ratio near its
    bound (1, or 100 %) is judged by what it lacks; `auto` tells events from levels by itself. `owner` can act on it."""

    pattern: str
    tier: Literal["critical", "high", "normal", "low"] = "normal"
    group: str = "other"
    direction: Literal["higher", "lower", "either"] = "either"
    kind: Literal["auto", "level", "count", "counter", "ratio"] = "auto"
    owner: str = ""


class MetricSource(Settings):
    """What every kind has: where it is, its grid, and the three metrics that every service must name."""

    connection: str
    step_seconds: Annotated[int, Field(ge=1)] = 60
    requests: str = "requests.all"
    errors: str = "errors.all"
    latency: str = "latency_ms.all.p99"
    rules: tuple[MetricRule, ...] = ()

    def too_fine(self, age: timedelta) -> str | None:
        """Why points so old cannot be read at this step, or None: a kind whose store thins out its points says it."""
        return None


class SqlSource(MetricSource):
    """A table `(ts, region, asg, name, value)`; `ts` is whole epoch seconds. `instance_table` has the same of each
    instance, with its id in the column `instance`; "" where there is none."""

    kind: Literal["sql"] = "sql"
    table: Annotated[str, Field(pattern=rf"^{TABLE}$")] = "metrics"
    instance_table: Annotated[str, Field(pattern=rf"^({TABLE})?$")] = ""


class PrometheusSource(MetricSource):
    """A Prometheus, or what answers as one. The one series of the default is how the local cloud shows its metrics.
    `instance_label` has the id of the instance that a series is of; "" where none has."""

    kind: Literal["prometheus"] = "prometheus"
    asg_label: Label = "asg"
    region_label: Annotated[str, Field(pattern=rf"^({LABEL})?$")] = "region"
    instance_label: Annotated[str, Field(pattern=rf"^({LABEL})?$")] = ""
    series: Annotated[tuple[PrometheusSeries, ...], Some] = (PrometheusSeries(metric="serin_metric"),)

    @model_validator(mode="after")
    def _names_what_it_reads(self) -> "PrometheusSource":
        _refuse_unreadable(self, lambda name: any(series.may_be(name) for series in self.series))
        return self


class CloudWatchSource(MetricSource):
    """Metrics with the ASG's name in a dimension. Sum and SampleCount come per second, as all counts do here. Those
    that have `instance_dimension` too are of one instance; "" where none has. The newest `late_points` are gaps: what
    has come in of a sum would be taken for all of it."""

    kind: Literal["cloudwatch"] = "cloudwatch"
    asg_dimension: Annotated[str, Field(min_length=1)] = "AutoScalingGroupName"
    instance_dimension: str = ""
    late_points: Annotated[int, Field(ge=0, le=LATEST)] = 2
    skip_dimensions: tuple[str, ...] = ("InstanceId", "ImageId")
    series: Annotated[tuple[CloudWatchSeries, ...], Some]

    @field_validator("step_seconds")
    @classmethod
    def _is_a_period(cls, step: int) -> int:
        if step not in SHORT_PERIODS and (step % 60 or step > 86_400):
            known = ", ".join(map(str, SHORT_PERIODS))
            raise ValueError(f"periods of CloudWatch are {known} and multiples of 60 up to 86400 s")
        return step

    @model_validator(mode="after")
    def _names_what_it_reads(self) -> "CloudWatchSource":
        _refuse_unreadable(self, lambda name: bool(self.metrics_of(name)))
        return self

    def series_of(self, namespace: str, metric: str) -> CloudWatchSeries | None:
        """The first that matches counts."""
        return next((series for series in self.series if series.is_of(namespace, metric)), None)

    def metrics_of(self, name: str) -> list[tuple[str, str, tuple[tuple[str, str], ...], str]]:
        """(namespace, metric, dimensions, statistic) of all that can have this name."""
        found = ((series, series.metric_of(name)) for series in self.series)
        return [(series.namespace, *metric) for series, metric in found
                if metric and self.series_of(series.namespace, metric[0]) is series]

    def too_fine(self, age: timedelta) -> str | None:
        for kept, needed in KEEPS:
            if age > kept and self.step_seconds % needed:
                return (f"{self.step_seconds} s are too fine: after {kept / timedelta(hours=1):g} h CloudWatch has "
                        f"points of {needed} s only")
        return None


def _refuse_unreadable(source: MetricSource, is_readable: Callable[[str], bool]) -> None:
    for key in ("requests", "errors", "latency"):
        if not is_readable(getattr(source, key)):
            raise ValueError(f"{key}: no series is called {getattr(source, key)!r}")


def _with_kind(value: Any) -> Any:
    return {"kind": "sql", **value} if isinstance(value, dict) else value


AnyMetricSource = Annotated[SqlSource | PrometheusSource | CloudWatchSource, Field(discriminator="kind"),
                            BeforeValidator(_with_kind)]
