"""A kind of metric store is whole: declared, wired, shown in the example, and held to the contract of `Metrics`."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from include.domain.metric_sources import AnyMetricSource, MetricSource
from include.domain.service import Service
from plugins import kinds
from plugins.wiring import Ports
from tests.contract.metric_stores import STORES

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "include" / "services" / "api.yaml").read_text()
SOURCES = {get_args(source.model_fields["kind"].annotation)[0]: source for source in get_args(get_args(
    AnyMetricSource)[0])}
EVERY = sorted(SOURCES.keys() | kinds.METRICS.keys())
# Of what Airflow type the connection is; where nothing is said, http.
TYPES = {"sql": "sqlite", "cloudwatch": "aws"}


def shown() -> dict[str, str]:
    """The sections `metrics` of the example as text, by their kinds: its own, and those that are commented out."""
    own = EXAMPLE[EXAMPLE.index("\nmetrics:") + 1:].split("\n\n")[0]
    others = ("metrics:\n" + "\n".join(line[2:] for line in text.split("\n\n")[0].splitlines())
              for text in EXAMPLE.split("\n# metrics:\n")[1:])
    return {yaml.safe_load(text)["metrics"]["kind"]: text for text in (own, *others)}


def declared(kind: str) -> Service:
    return Service.model_validate(yaml.safe_load(EXAMPLE) | yaml.safe_load(shown()[kind]))


def keys_of(source: type[Any]) -> set[str]:
    """Its own, and those of each of its series."""
    own = set(source.model_fields) - set(MetricSource.model_fields)
    series = [] if "series" not in own else get_args(source.model_fields["series"].annotation)[:1]
    return own | {key for one in series for key in one.model_fields}


@pytest.mark.parametrize("kind", EVERY)
def test_it_has_a_class_of_its_settings(kind):
    assert kind in SOURCES, (f"{kind!r} is in METRICS of plugins/kinds.py, and AnyMetricSource in include/domain/"
                             "metric_sources.py has no class of this kind: no service file could name it")


@pytest.mark.parametrize("kind", EVERY)
def test_it_has_a_line_in_the_wiring(kind):
    assert kind in kinds.METRICS, (f"{kind!r} can be declared (include/domain/metric_sources.py), and METRICS in "
                                   "plugins/kinds.py has no line of it: the first read would fail")


@pytest.mark.parametrize("kind", EVERY)
def test_it_is_held_to_the_contract(kind):
    assert STORES.get(kind), (f"{kind!r} has no entry in STORES of tests/contract/metric_stores.py: nothing shows that "
                              "it does what the port promises")


@pytest.mark.parametrize("kind", EVERY)
def test_the_example_shows_its_keys_with_their_comments(kind):
    assert kind in shown(), f"include/services/api.yaml shows no section `metrics` of kind {kind!r}"
    words = set(shown()[kind].replace(":", " ").replace("{", " ").replace(",", " ").split())
    missing = sorted(keys_of(SOURCES[kind]) - words)
    assert not missing, f"include/services/api.yaml says nothing of {', '.join(missing)} of kind {kind!r}"


@pytest.mark.parametrize("kind", EVERY)
def test_what_the_example_shows_is_accepted_and_built_from_its_connection(kind, monkeypatch):
    source = declared(kind).metrics
    connection = {"conn_type": TYPES.get(kind, "http"), "host": "metrics.example", "login": "x", "password": "y"}
    monkeypatch.setenv(f"AIRFLOW_CONN_{source.connection.upper()}", json.dumps(connection))
    metrics = Ports(declared(kind), "prod", "us-east-1").metrics
    assert source.kind == kind
    assert callable(metrics.read)
    assert callable(metrics.read_instances)
    assert type(metrics).__module__ == f"include.adapters.metrics.{kind}"


@pytest.mark.parametrize("kind", EVERY)
def test_the_first_words_on_it_name_every_kind(kind):
    first = next(line for line in EXAMPLE.splitlines() if line.startswith("  kind: sql"))
    assert kind in first, f"the comment at metrics.kind in include/services/api.yaml does not name {kind!r}"
