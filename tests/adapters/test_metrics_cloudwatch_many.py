"""A thousand metrics of two ASGs from CloudWatch: few calls, percentiles, pages, throttling, points that come late."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from include.adapters.metrics.cloudwatch import CloudWatchMetrics
from include.domain.errors import BadInput, Final, NotAllowed, Retryable, SerinError
from include.domain.metric_sources import CloudWatchSource
from plugins import sessions
from tests.adapters import cloudwatch_server
from tests.adapters.cloud import REGION, Session

SINCE = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAMES = [f"latency{number:03}.{statistic}" for number in range(500) for statistic in ("Average", "p99")]


@pytest.fixture(scope="module")
def server():
    with cloudwatch_server.stand_in() as made:
        yield made


@pytest.fixture
def stand(server):
    server.samples, server.faults, server.statuses = {}, [], {}
    server.late, server.now = timedelta(0), SINCE + timedelta(hours=1)
    server.calls.clear()
    return server


def metrics(stand: Any, session: Any = None, **changed: Any) -> CloudWatchMetrics:
    declared = {"connection": "aws", "requests": "x.Sum", "errors": "x.Sum", "latency": "x.Sum", "series": [
        {"namespace": "Api", "metric": "x", "statistics": ["Sum"]},
        {"namespace": "Api", "statistics": ["Average", "p99"]}]}
    source = CloudWatchSource.model_validate(declared | changed)
    return CloudWatchMetrics(session or Session(stand.url), REGION, source, now=lambda: stand.now)


def write(stand: Any, asg: str, metric: str, *samples: tuple[float, float], **dimensions: str) -> None:
    pairs = dimensions | {"AutoScalingGroupName": asg}
    times, values = stand.samples.setdefault(("Api", metric, tuple(sorted(pairs.items()))), ([], []))
    times.extend(SINCE.timestamp() + at for at, _ in samples)
    values.extend(value for _, value in samples)


def thousand(stand: Any, minutes: int) -> None:
    """500 metrics, two statistics of each; four samples a minute."""
    for asg, more in (("a", 0.0), ("b", 1000.0)):
        for number in range(500):
            write(stand, asg, f"latency{number:03}", *((60 * minute + 15 * part, more + number + minute + part)
                                                       for minute in range(minutes) for part in range(4)))


def until(minutes: float) -> datetime:
    return SINCE + timedelta(minutes=minutes)


def test_a_thousand_metrics_of_two_asgs_are_four_calls_and_two_where_they_are_listed(stand):
    thousand(stand, 3)
    table = metrics(stand).read(["a", "b"], SINCE, until(3))
    assert stand.calls == {"ListMetrics": 2, "GetMetricData": 4}
    assert table.names == tuple(NAMES)
    expected = np.arange(500.0)[None, :, None] + np.arange(3.0) + np.array([0.0, 1000.0])[:, None, None]
    np.testing.assert_allclose(table.values[:, ::2], expected + 1.5)
    np.testing.assert_allclose(table.values[:, 1::2], expected + np.percentile([0, 1, 2, 3], 99))


def test_pages_are_as_many_as_the_points_need_and_no_point_is_lost_between_them(stand, monkeypatch):
    monkeypatch.setattr(cloudwatch_server, "POINTS_A_PAGE", 700)
    thousand(stand, 5)
    table = metrics(stand).read(["a", "b"], SINCE, until(5), NAMES)
    assert np.isfinite(table.values).all()
    assert stand.calls == {"GetMetricData": 4 * 4}, "four batches of 500 queries, each of 2,500 points"


def test_what_is_listed_comes_in_pages_of_500(stand):
    for number in range(1201):
        write(stand, "a", f"m{number}", (0, 1.0))
    assert len(metrics(stand).read(["a"], SINCE, until(1)).names) == 2402
    assert stand.calls["ListMetrics"] == 3


def test_the_order_of_dimensions_is_no_matter(stand):
    write(stand, "a", "busy", (0, 7.0), Zone="b", Device="tv")
    table = metrics(stand).read(["a"], SINCE, until(1), ["busy.Zone=b.Device=tv.Average"])
    assert table.values.item() == 7


def test_a_metric_without_data_is_all_gaps_and_no_error(stand):
    write(stand, "a", "old", (-3600, 1.0))
    table = metrics(stand).read(["a"], SINCE, until(2), ["old.p99", "never.p99"])
    assert np.isnan(table.values).all()


def test_what_nobody_wrote_for_two_weeks_is_not_discovered_and_read_when_it_is_named(stand):
    write(stand, "a", "old", (0, 1.0))
    stand.now = SINCE + timedelta(days=14, hours=1)
    assert metrics(stand).read(["a"], SINCE, until(1)).names == ()
    assert metrics(stand).read(["a"], SINCE, until(1), ["old.Average"]).values.item() == 1


# --- what comes late

def test_points_that_may_still_grow_are_gaps(stand):
    """The sum of the last minutes is half of what it will be: CloudWatch has not got everything."""
    write(stand, "a", "x", *((second, 1.0) for second in range(0, 600, 10)))
    stand.now, stand.late = until(10), timedelta(seconds=90)
    read = metrics(stand).read(["a"], SINCE, until(10), ["x.Sum"]).values[0, 0]
    naive = metrics(stand, late_points=0).read(["a"], SINCE, until(10), ["x.Sum"]).values[0, 0]
    np.testing.assert_allclose(read, [0.1] * 8 + [np.nan] * 2)
    np.testing.assert_allclose(naive, [0.1] * 8 + [0.05, np.nan], err_msg="what it guards against is not there")
    stand.now = until(12)
    np.testing.assert_allclose(metrics(stand).read(["a"], SINCE, until(10), ["x.Sum"]).values[0, 0], [0.1] * 10)


# --- what fails

THROTTLED = (400, "Throttling", "Rate exceeded")


@pytest.fixture
def patient(stand, monkeypatch):
    """The clients of an Airflow connection, with their retries; how long they waited between them is kept."""
    monkeypatch.setenv("AIRFLOW_CONN_AWS", json.dumps({
        "conn_type": "aws", "login": "x", "password": "y", "extra": {"endpoint_url": stand.url}}))
    session = sessions.Session("aws", REGION, attempts=2)      # of 8: each one more is slower
    session.waited = []
    monkeypatch.setattr("botocore.endpoint.time.sleep", session.waited.append)
    return session


def test_a_throttled_call_is_made_again_after_a_wait(stand, patient):
    write(stand, "a", "busy", (0, 7.0))
    stand.faults = [THROTTLED]
    assert metrics(stand, patient).read(["a"], SINCE, until(1), ["busy.Average"]).values.item() == 7
    assert stand.calls["GetMetricData"] == 2
    assert len(patient.waited) == 1


def test_throttling_that_does_not_end_is_an_error_after_which_the_look_is_repeated(stand, patient):
    stand.faults = [THROTTLED] * 50
    with pytest.raises(Retryable, match=r"get_metric_data \(1 queries, the first: Average of Api busy .*: Throttling"):
        metrics(stand, patient).read(["a"], SINCE, until(1), ["busy.Average"])
    assert stand.calls["GetMetricData"] == 3, "it gave up"


@pytest.mark.parametrize(("fault", "kind"), [
    ((400, "InvalidNextToken", "expired"), Retryable), ((500, "InternalServiceFault", "sorry"), Retryable),
    ((503, "ServiceUnavailable", "sorry"), Retryable), ((403, "AccessDenied", "not you"), NotAllowed),
    ((400, "ValidationError", "too many"), BadInput)], ids=lambda one: one[1] if isinstance(one, tuple) else "")
def test_a_fault_between_two_pages_fails_the_whole_read(stand, monkeypatch, fault, kind):
    monkeypatch.setattr(cloudwatch_server, "POINTS_A_PAGE", 2)
    write(stand, "a", "busy", *((60 * minute, 1.0) for minute in range(3)))
    answer = stand.answer

    def second_page_fails(operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        if "NextToken" in asked:
            raise cloudwatch_server.Fault(*fault)
        return answer(operation, asked)
    monkeypatch.setattr(stand, "answer", second_page_fails)
    with pytest.raises(SerinError, match=fault[2]) as caught:
        metrics(stand).read(["a"], SINCE, until(3), ["busy.Average"])
    assert type(caught.value) is kind


@pytest.mark.parametrize(("status", "kind"), [("InternalError", Retryable), ("Forbidden", Final)])
def test_one_metric_of_a_thousand_that_cannot_be_told_fails_the_read(stand, status, kind):
    thousand(stand, 1)
    stand.statuses["latency499"] = (status, "in its words")
    with pytest.raises(SerinError, match=f"{status}: {status}: in its words: Average of Api latency499") as caught:
        metrics(stand).read(["a", "b"], SINCE, until(1), NAMES)
    assert type(caught.value) is kind
