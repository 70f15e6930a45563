"""What statsd-exporter makes of StatsD's lines, as far as `include/operations/statsd.yaml` asks it to: names that match
as a whole, InfluxDB's tags as labels, timers in milliseconds as histograms in seconds."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

OPERATIONS = Path(__file__).parents[2] / "include" / "operations"
KEYS = {"match", "name", "help", "histogram_options", "ttl"}
Labels = tuple[tuple[str, str], ...]


class Exporter:
    """Takes lines, and gives the text of a page for Prometheus."""

    def __init__(self, mapping: Path = OPERATIONS / "statsd.yaml"):
        told = yaml.safe_load(mapping.read_text())
        self.mappings = {one["match"]: one for one in told["mappings"]}
        self._buckets = told["defaults"]["histogram_options"]["buckets"]
        self._values: dict[tuple[str, Labels], float] = defaultdict(float)
        self._kinds: dict[str, str] = {}
        assert all(one.keys() <= KEYS for one in told["mappings"]), "the test cannot read this mapping"

    def take(self, lines: Iterable[str]) -> None:
        for line in lines:
            name, labels, value, kind = parsed(line)
            mapping = self.mappings.get(name, {})
            self._add(mapping.get("name", name.replace(".", "_").replace("-", "_")), labels, value, kind, mapping)

    def page(self) -> str:
        text = [f"# TYPE {name} {kind}" for name, kind in sorted(self._kinds.items())]
        for (name, labels), value in sorted(self._values.items()):
            inside = ",".join(f'{key}="{said}"' for key, said in labels)
            text.append(f"{name}{{{inside}}} {value!r}")
        return "\n".join(text) + "\n"

    def _add(self, name: str, labels: Labels, value: float, kind: str, mapping: dict[str, Any]) -> None:
        if kind == "g":
            self._kinds[name] = "gauge"
            self._values[name, labels] = value
        elif kind == "c":
            self._kinds[name] = "counter"
            self._values[name, labels] += value
        else:
            buckets = mapping.get("histogram_options", {}).get("buckets", self._buckets)
            self._observe(name, labels, value / 1000, buckets)

    def _observe(self, name: str, labels: Labels, seconds: float, buckets: Iterable[float]) -> None:
        self._kinds[name] = "histogram"
        for bucket in [*buckets, "+Inf"]:
            self._values[f"{name}_bucket", (*labels, ("le", str(bucket)))] += seconds <= float(bucket)
        self._values[f"{name}_sum", labels] += seconds
        self._values[f"{name}_count", labels] += 1


def parsed(line: str) -> tuple[str, Labels, float, str]:
    """`name,service=api,end=Success:1|c` in its parts."""
    said, _, rest = line.rpartition(":")
    value, _, kind = rest.partition("|")
    name, *tags = said.split(",")
    return name, tuple(tuple(tag.split("=")) for tag in tags), float(value), kind
