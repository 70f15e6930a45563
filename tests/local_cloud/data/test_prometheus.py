"""Prometheus' text format."""

from include.local_cloud.data import prometheus
from include.local_cloud.data.load import Tally
from include.local_cloud.data.meters import Meter


def test_one_metric_name_carries_region_asg_and_name_as_labels():
    meter = Meter()
    meter.count(0, 200, 12.5)
    page = prometheus.page({"us-east-1": {"api-prod-v041": meter.take(0, 0, [])}}, {})
    assert 'serin_metric{region="us-east-1",asg="api-prod-v041",name="latency_ms.all.p99"} 12.5\n' in page
    assert 'name="requests.home.tv"} 1\n' in page


def test_the_viewers_totals_are_counters():
    page = prometheus.page({}, {"us-east-1": Tally(sent=10, ok=8, failed=2)})
    assert 'serin_requests_total{region="us-east-1",outcome="failed"} 2\n' in page


def test_labels_are_escaped():
    page = prometheus.page({}, {'a"} 1\nfake{x="\\': Tally()})
    assert 'region="a\\"} 1\\nfake{x=\\"\\\\"' in page
    assert "\nfake" not in page
