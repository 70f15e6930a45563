"""The other kinds of metric store, as the contract of `Metrics` sees them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from include.adapters.metrics.cloudwatch import CloudWatchMetrics
from include.adapters.metrics.prometheus import PrometheusMetrics
from include.domain.metric_sources import CloudWatchSource, PrometheusSource
from tests.adapters.cloud import REGION, Session
from tests.contract.contract_world import MIDNIGHT, ContractWorld


class Store(ContractWorld):
    """A world with metrics only."""


@contextmanager
def on_paper(request: Any) -> Iterator[ContractWorld]:
    yield from _of_prometheus(*request.getfixturevalue("paper_prometheus"))


@contextmanager
def on_prometheus(request: Any) -> Iterator[ContractWorld]:
    server = request.getfixturevalue("real_prometheus")
    yield from _of_prometheus(server, server.url)


def _of_prometheus(server: Any, url: str) -> Iterator[ContractWorld]:
    """Tests share the server; each has a region of its own."""
    region = f"region-{uuid4().hex}"

    def write(asg: str, at: datetime, values: dict[str, float], instance: str = "") -> None:
        for name, value in values.items():
            labels = {"__name__": "serin_metric", "region": region, "asg": asg, "name": name}
            labels |= {"instance": instance} if instance else {}
            server.write(labels, (at.timestamp(), float(value)))
    store = Store()
    store.write_metric = write
    with httpx.Client(base_url=url) as client:
        store.metrics = PrometheusMetrics(client, region, PrometheusSource(
            connection="metrics", step_seconds=1, instance_label="instance"))
        yield store


@contextmanager
def on_cloudwatch(request: Any) -> Iterator[ContractWorld]:
    session, namespace = Session(request.getfixturevalue("control")), f"contract-{uuid4().hex}"
    dimension = f"Asg-{uuid4().hex}"  # of its own too: where there are dimensions, moto looks at no namespace
    settings = CloudWatchSource.model_validate({
        "connection": "aws", "step_seconds": 1, "asg_dimension": dimension, "instance_dimension": "InstanceId",
        "series": [{"namespace": namespace, "metric": "requests.*", "statistics": ["Sum"], "name": "{metric}"},
                   {"namespace": namespace, "name": "{metric}"}]})

    def write(asg: str, at: datetime, values: dict[str, float], instance: str = "") -> None:
        own = [{"Name": "InstanceId", "Value": instance}] if instance else []
        session.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=[
            {"MetricName": name, "Dimensions": [{"Name": dimension, "Value": asg}, *own], "Timestamp": at,
             "Value": value, "StorageResolution": 1} for name, value in values.items()])
    store = Store()
    store.write_metric = write
    store.metrics = CloudWatchMetrics(session, REGION, settings, now=lambda: MIDNIGHT + timedelta(hours=1))
    yield store
