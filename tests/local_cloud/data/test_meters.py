"""The metrics of an ASG: names, counts, gaps."""

import pytest

from include.local_cloud.data import calls
from include.local_cloud.data.meters import INSTANCE_NAMES, NAMES, Meter, percentiles


def taken(meter, instances=()):
    second = meter.take(len(instances), len(instances), list(instances))
    return {NAMES[number]: value for number, value in second.values()}


def call(endpoint, device):
    return calls.CALLS.index((endpoint, device))


def test_an_asg_has_at_least_a_thousand_metrics_each_with_a_name_of_its_own():
    assert len(set(NAMES)) == len(NAMES) >= 1000


def test_every_call_that_viewers_make_is_a_metric_of_its_own():
    meter = Meter()
    for target in calls.TARGETS:
        meter.count(calls.number(target), 200, 10)
    values = taken(meter)
    assert all(values[f"requests.{endpoint}.{device}"] == 1 for endpoint, device in calls.CALLS)
    assert len(values) >= 1000


def test_requests_are_counted_by_what_was_answered():
    meter = Meter()
    for status in (200, 404, 500, 502, 200):
        meter.count(call("play", "tv"), status, 10)
    values = taken(meter)
    kinds = ("requests", "status_2xx", "status_4xx", "status_5xx")
    assert [values[f"{kind}.play.tv"] for kind in kinds] == [5, 2, 1, 2]
    assert (values["requests.all"], values["errors.all"]) == (5, 2)


def test_a_count_without_a_request_is_zero_and_a_latency_without_one_is_a_gap():
    values = taken(Meter())
    assert values["requests.play.tv"] == values["errors.all"] == 0
    assert not any(name.startswith("latency_ms.") for name in values)


def test_a_failed_request_has_no_latency():
    meter = Meter()
    meter.count(call("play", "tv"), 502, 1)
    meter.count(call("home", "tv"), 200, 60)
    values = taken(meter)
    assert "latency_ms.play.tv.mean" not in values
    assert values["latency_ms.all.mean"] == values["latency_ms.home.tv.p99"] == 60


def test_a_path_that_is_no_endpoint_is_in_the_sum_only():
    meter = Meter()
    meter.count(calls.number(b"/wp-login.php"), 404, 1)
    values = taken(meter)
    assert values["requests.all"] == 1
    assert sum(value for name, value in values.items() if name.startswith("requests.")) == 1


def test_an_instance_metric_is_the_mean_over_the_instances():
    samples = [dict.fromkeys(INSTANCE_NAMES, 1.0), dict.fromkeys(INSTANCE_NAMES, 2.0)]
    values = taken(Meter(), samples)
    assert values["cpu.percent"] == 1.5
    assert values["instances.running"] == 2


def test_taking_begins_a_new_second_and_keeps_the_totals():
    meter = Meter()
    meter.count(call("play", "tv"), 500, 1)
    taken(meter)
    assert taken(meter)["requests.all"] == 0
    assert (meter.served, meter.failed) == (1, 1)


def test_percentiles_are_values_that_occurred():
    assert percentiles([float(value) for value in range(100, 0, -1)]) == (50.5, 50, 90, 99)
    assert percentiles([7.0]) == (7, 7, 7, 7)


@pytest.mark.parametrize(("target", "header", "name"), [
    (b"/play?device=tv", None, ("play", "tv")), (b"/play?device=tv&x=1", None, ("play", "tv")),
    (b"/play/1234", b"phone", ("play", "phone")), (b"/play", None, ("play", "browser"))])
def test_endpoint_and_device_are_read_from_path_query_and_header(target, header, name):
    assert calls.CALLS[calls.number(target, header)] == name


@pytest.mark.parametrize("target", [b"/", b"/nothing", b"/play?device=toaster", b"/\xff", b"http://[bad"])
def test_anything_else_is_no_call(target):
    assert calls.number(target) == calls.UNKNOWN
