"""Where a service's metrics are read, one class for each kind of store, and what they are worth.

A kind says how series of its store are called here: one name per metric, the same for every ASG, in every read.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from include.domain.settings import Settings

LABEL = r"[a-zA-Z_][a-zA-Z0-9_]*"
Label = Annotated[str, Field(pattern=rf"^{LABEL}$")]
Statistic = Annotated[str, Field(pattern=r"^(Average|Sum|Minimum|Maximum|SampleCount|p\d{1,2}(\.\d{1,4})?|p100)$")]
_PLACE = re.compile(r"\{([^{}]*)\}")


class MetricRule(Settings):
    """What metrics whose name matches a pattern (fnmatch) are worth. The first rule that matches counts."""

    pattern: str
    tier: Literal["critical", "high", "normal", "low"] = "normal"
    group: str = "other"
    direction: Literal["higher", "lower", "either"] = "either"


class MetricSource(Settings):
    """What every kind has: where it is, its grid, and the three metrics that every service must name."""

    connection: str
    step_seconds: Annotated[int, Field(ge=1)] = 60
    requests: str = "requests.all"
    errors: str = "errors.all"
    latency: str = "latency_ms.all.p99"
    rules: tuple[MetricRule, ...] = ()


class SqlSource(MetricSource):
    """A table `(ts, region, asg, name, value)`; `ts` is whole epoch seconds."""

    kind: Literal["sql"] = "sql"
    table: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.]*$")] = "metrics"


# --- prometheus --------------------------------------------------------------------------------------------------

class PrometheusSeries(Settings):
    """Series of one Prometheus metric: how a point is made of them, and what they are called; `{label}` in the name
    is that label's value."""

    metric: Annotated[str, Field(pattern=r"^[a-zA-Z_:][a-zA-Z0-9_:]*$")]
    name: Annotated[str, Field(min_length=1)] = "{name}"
    read: Annotated[str, Field(pattern=r"^(value|rate|p\d{1,2}(\.\d{1,4})?)$")] = "value"
    across: Literal["sum", "avg", "max", "min"] = "sum"
    where: dict[Label, str] = {}

    @field_validator("name")
    @classmethod
    def _names_labels(cls, name: str) -> str:
        wrong = [place for place in places(name) if not re.fullmatch(LABEL, place)]
        if wrong:
            raise ValueError(f"{{{wrong[0]}}} is no label")
        return name

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that the name is made of."""
        return tuple(dict.fromkeys(places(self.name)))

    def name_of(self, labels: dict[str, str]) -> str:
        """A label that a series lacks is the empty text, as it is for Prometheus."""
        return filled(self.name, {label: labels.get(label, "") for label in self.labels})

    def may_be(self, name: str) -> bool:
        """Whether one of the series can have this name."""
        return _shape(self.name, {label: ".*" for label in self.labels}).fullmatch(name) is not None

    def values_of(self, names: list[str]) -> list[str] | None:
        """The values of the name's only label that give these names; None where the names do not tell."""
        if len(places(self.name)) != 1:
            return None
        before, after = _PLACE.split(self.name)[::2]
        return [name[len(before):len(name) - len(after)] for name in names if self.may_be(name)]


class PrometheusSource(MetricSource):
    """A Prometheus, or what answers as one. The one series of the default is how the local cloud shows its metrics."""

    kind: Literal["prometheus"] = "prometheus"
    asg_label: Label = "asg"
    region_label: Annotated[str, Field(pattern=rf"^({LABEL})?$")] = "region"
    series: Annotated[tuple[PrometheusSeries, ...], Field(min_length=1)] = (PrometheusSeries(metric="serin_metric"),)

    @model_validator(mode="after")
    def _names_what_it_reads(self) -> "PrometheusSource":
        _refuse_unreadable(self, lambda name: any(series.may_be(name) for series in self.series))
        return self


# --- cloudwatch --------------------------------------------------------------------------------------------------

SHORT_PERIODS = (1, 5, 10, 20, 30)
# How long CloudWatch keeps points of a period; a finer read of what is older is answered with nothing at all.
KEEPS = ((timedelta(days=63), 3600), (timedelta(days=15), 300), (timedelta(hours=3), 60))
_STATISTIC_PLACES = {"metric", "dimensions", "statistic"}


class CloudWatchSeries(Settings):
    """Metrics of a namespace whose name matches a pattern (fnmatch), and the statistics of them that are read.

    In the name, `{dimensions}` is `.Name=value` for each dimension but the ASG's, in the order of their names.
    """

    namespace: Annotated[str, Field(min_length=1, max_length=255)]
    metric: str = "*"
    statistics: Annotated[tuple[Statistic, ...], Field(min_length=1)] = ("Average",)
    name: str = "{metric}{dimensions}.{statistic}"

    @model_validator(mode="after")
    def _tells_them_apart(self) -> "CloudWatchSeries":
        found = places(self.name)
        wrong = sorted(set(found) - _STATISTIC_PLACES)
        if wrong or len(found) > len(set(found)):
            raise ValueError(f"name: {self.name!r} may have {{metric}}, {{dimensions}} and {{statistic}}, each once")
        if "metric" not in found and re.search(r"[*?\[]", self.metric):
            raise ValueError(f"name: {self.name!r} needs {{metric}}: {self.metric!r} is a pattern")
        if len(self.statistics) > 1 and "statistic" not in found:
            raise ValueError(f"name: {self.name!r} needs {{statistic}}: {len(self.statistics)} statistics are read")
        return self

    def is_of(self, namespace: str, metric: str) -> bool:
        return namespace == self.namespace and fnmatchcase(metric, self.metric)

    def name_of(self, metric: str, dimensions: tuple[tuple[str, str], ...], statistic: str) -> str:
        said = "".join(f".{_quoted(name).replace('.', '%2E')}={_quoted(value)}" for name, value in sorted(dimensions))
        return filled(self.name, {"metric": _quoted(metric), "dimensions": said, "statistic": statistic})

    def metric_of(self, name: str) -> tuple[str, tuple[tuple[str, str], ...], str] | None:
        """The metric, its dimensions and the statistic that have this name."""
        shapes = {"metric": "[^=]+?", "dimensions": r"(?:\.[^.=]+=[^=]*)*?", "statistic": "|".join(
            re.escape(statistic) for statistic in self.statistics)}
        found = _shape(self.name, shapes).fullmatch(name)
        if not found:
            return None
        said = {"metric": self.metric, "dimensions": "", "statistic": self.statistics[0]} | found.groupdict()
        pairs = [pair.split("=", 1) for pair in re.split(r"\.(?=[^.=]+=)", said["dimensions"])[1:]]
        metric = _plain(said["metric"]) if "metric" in found.groupdict() else self.metric
        return metric, tuple((_plain(key), _plain(value)) for key, value in pairs), said["statistic"]


class CloudWatchSource(MetricSource):
    """Metrics with the ASG's name in a dimension. Sum and SampleCount come per second, as all counts do here."""

    kind: Literal["cloudwatch"] = "cloudwatch"
    asg_dimension: Annotated[str, Field(min_length=1)] = "AutoScalingGroupName"
    skip_dimensions: tuple[str, ...] = ("InstanceId", "ImageId")
    series: Annotated[tuple[CloudWatchSeries, ...], Field(min_length=1)]

    @field_validator("step_seconds")
    @classmethod
    def _is_a_period(cls, step: int) -> int:
        if step not in SHORT_PERIODS and (step % 60 or step > 86_400):
            known = ", ".join(map(str, SHORT_PERIODS))
            raise ValueError(f"CloudWatch has periods of {known} and multiples of 60 up to 86400 s")
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
        """Why points so old cannot be read at this step, or None."""
        for kept, needed in KEEPS:
            if age > kept and self.step_seconds % needed:
                return (f"CloudWatch keeps points of {self.step_seconds} s no longer than "
                        f"{kept / timedelta(hours=1):g} h: older ones need a multiple of {needed} s")
        return None


# --- all kinds ---------------------------------------------------------------------------------------------------

def _with_kind(value: Any) -> Any:
    return {"kind": "sql", **value} if isinstance(value, dict) else value


AnyMetricSource = Annotated[SqlSource | PrometheusSource | CloudWatchSource, Field(discriminator="kind"),
                            BeforeValidator(_with_kind)]


def places(template: str) -> list[str]:
    """What stands in braces."""
    return _PLACE.findall(template)


def filled(template: str, values: dict[str, str]) -> str:
    """Never `str.format`: a value with braces stays text."""
    return _PLACE.sub(lambda place: values[place[1]], template)


def _shape(template: str, shapes: dict[str, str]) -> re.Pattern[str]:
    """What texts of this template look like; a place that comes again is not compared with its first."""
    parts, seen = [], set()
    for number, part in enumerate(_PLACE.split(template)):
        group = f"?P<{part}>" if number % 2 and part not in seen else "?:"
        parts.append(f"({group}{shapes[part]})" if number % 2 else re.escape(part))
        seen.update([part] if number % 2 else [])
    return re.compile("".join(parts), re.DOTALL)


def _quoted(text: str) -> str:
    """Without `=`, which only dimensions have, so that a name can be read back."""
    return re.sub(r"%(?=25|2E|3D)", "%25", text).replace("=", "%3D")


def _plain(text: str) -> str:
    return re.sub("%(25|2E|3D)", lambda code: bytes.fromhex(code[1]).decode(), text)


def _refuse_unreadable(source: MetricSource, is_readable: Callable[[str], bool]) -> None:
    for key in ("requests", "errors", "latency"):
        if not is_readable(getattr(source, key)):
            raise ValueError(f"{key}: no series is called {getattr(source, key)!r}")
