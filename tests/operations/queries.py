"""The PromQL of the dashboard and of the alarms, and what it names."""

import json
import re
from pathlib import Path

import airflow
import yaml

from tests.operations.exporter import OPERATIONS

REGISTRY = Path(airflow.__file__).parent / "_shared" / "observability" / "metrics" / "metrics_template.yaml"
METRIC = re.compile(r"\b((?:serin|airflow)_[a-z_]+)\b")
ENDINGS = re.compile(r"_(bucket|sum|count)$")


def of_the_dashboard() -> dict[str, str]:
    """By panel and letter; its variables as they are when all is shown."""
    panels = json.loads((OPERATIONS / "grafana.json").read_text())["panels"]
    return {f"{panel['title']}, {target['refId']}": _filled(target["expr"])
            for panel in panels for target in panel.get("targets", [])}


def of_the_alarms() -> dict[str, dict]:
    groups = yaml.safe_load((OPERATIONS / "alarms.yaml").read_text())["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def of_airflow() -> dict[str, str]:
    """What Airflow's own registry knows without a variable in the name: as Prometheus sees it, to (name, type)."""
    known = yaml.safe_load(REGISTRY.read_text())["metrics"]
    return {"airflow_" + one["name"].replace(".", "_"): (one["name"], one["type"]) for one in known
            if "{" not in one["name"]}


def named(expression: str) -> set[str]:
    return {ENDINGS.sub("", name) for name in METRIC.findall(expression)}


def _filled(expression: str) -> str:
    for variable, value in (("$__rate_interval", "1m"), ("$__range_s", "3600"), ("$__range", "1h")):
        expression = expression.replace(variable, value)
    return re.sub(r"\$(service|environment|region)\b", ".*", expression)
