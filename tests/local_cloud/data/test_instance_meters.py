"""The metrics of one instance: called as its ASG's are."""

from include.local_cloud.data.instance_meters import InstanceMeter
from include.local_cloud.data.meters import INSTANCE_NAMES, NAMES

SAMPLE = {name: float(number) for number, name in enumerate(INSTANCE_NAMES)}


def taken(meter):
    return {NAMES[number]: value for number, value in meter.take(SAMPLE)}


def test_requests_errors_and_latencies_are_its_own():
    meter = InstanceMeter()
    for status, milliseconds in ((200, 10.0), (404, 30.0), (502, 5000.0)):
        meter.count(status, milliseconds)
    found = taken(meter)
    assert (found["requests.all"], found["errors.all"]) == (3, 1)
    assert (found["latency_ms.all.mean"], found["latency_ms.all.p99"]) == (20, 30)
    assert {name: found[name] for name in INSTANCE_NAMES} == SAMPLE


def test_what_was_taken_is_not_counted_again_and_no_request_is_no_latency():
    meter = InstanceMeter()
    meter.count(200, 10.0)
    meter.take(SAMPLE)
    found = taken(meter)
    assert found["requests.all"] == 0
    assert not [name for name in found if name.startswith("latency_ms.")]
