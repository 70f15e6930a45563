"""What series of a metric store are read, and what they are called here: one name per metric, the same for every ASG.

Names can be read back: one that is asked for tells what to ask the store for.
"""

import re
from collections.abc import Collection
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from include.domain.settings import Settings, Some

LABEL = r"[a-zA-Z_][a-zA-Z0-9_]*"
Label = Annotated[str, Field(pattern=rf"^{LABEL}$")]
STATISTICS = ("Average", "Sum", "Minimum", "Maximum", "SampleCount")
READS = ("value", "rate")
_PERCENTILE = re.compile(r"p(\d{1,2}(\.\d{1,4})?|100)")
_PLACE = re.compile(r"\{([^{}]*)\}")
_STATISTIC_PLACES = {"metric", "dimensions", "statistic"}


def _or_percentile(words: tuple[str, ...]) -> AfterValidator:
    def check(word: str) -> str:
        if word not in words and not _PERCENTILE.fullmatch(word):
            raise ValueError(f"known are {', '.join(words)} and percentiles (p50, p99.9)")
        return word
    return AfterValidator(check)


class PrometheusSeries(Settings):
    """Series of one Prometheus metric: how a point is made of them, and what they are called; `{label}` in the name
    is that label's value."""

    metric: Annotated[str, Field(pattern=r"^[a-zA-Z_:][a-zA-Z0-9_:]*$")]
    name: Annotated[str, Field(min_length=1)] = "{name}"
    read: Annotated[str, _or_percentile(READS)] = "value"
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


class CloudWatchSeries(Settings):
    """Metrics of a namespace whose name matches a pattern (fnmatch), and the statistics of them that are read.

    In the name, `{dimensions}` is `.Name=value` for each dimension but the ASG's, in the order of their names; without
    it, only metrics that have no other dimension are read.
    """

    namespace: Annotated[str, Field(min_length=1, max_length=255)]
    metric: str = "*"
    statistics: Annotated[tuple[Annotated[str, _or_percentile(STATISTICS)], ...], Some] = ("Average",)
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

    def names(self, dimensions: Collection[str]) -> bool:
        """Whether metrics with these dimensions have a name."""
        return not dimensions or "dimensions" in places(self.name)

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
