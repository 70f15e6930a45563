"""Metrics from CloudWatch: batches and pages, names both ways, and nothing that was left out is taken for a gap.

Data goes through the local cloud; pages, statuses and faults that it does not play come from a script.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import boto3
import numpy as np
import pytest
from botocore.config import Config
from botocore.stub import ANY, Stubber

from include.adapters.metrics.cloudwatch import CloudWatchMetrics
from include.domain.errors import BadInput, Final, NotAllowed, Retryable, SerinError
from include.domain.metric_sources import CloudWatchSource

SINCE = datetime(2026, 3, 1, 12, tzinfo=UTC)
REGION = "us-east-1"
QUERY = (r"The query: get_metric_data \(\d+ queries, the first: Average of Api cpu \(a\), in us-east-1 "
         r"from 2026-03-01T12:00:00\+00:00 to 2026-03-01T12:03:00\+00:00, period 60 s\)")


def at(minute: float) -> datetime:
    return SINCE + timedelta(minutes=minute)


def settings(**changed: Any) -> CloudWatchSource:
    declared = {"connection": "aws", "requests": "requests", "errors": "errors", "latency": "latency.p99", "series": [
        {"namespace": "Api", "metric": "latency*", "statistics": ["Average", "p99"]},
        {"namespace": "Api", "metric": "requests", "statistics": ["Sum"], "name": "{metric}{dimensions}"},
        {"namespace": "Api", "name": "{metric}{dimensions}"}]}
    return CloudWatchSource.model_validate(declared | changed)


class Scripted:
    """A session whose answers are scripted: (operation, what must be asked, the answer) or (operation, error code)."""

    def __init__(self) -> None:
        self._client = boto3.client("cloudwatch", region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x",
                                    config=Config(retries={"total_max_attempts": 1}))
        self.stub = Stubber(self._client)
        self.stub.activate()

    def client(self, _: str) -> Any:
        return self._client

    def answers(self, *results: dict[str, Any], asked: dict[str, Any] | None = None, **rest: Any) -> None:
        expected = {"MetricDataQueries": ANY, "StartTime": ANY, "EndTime": ANY, "ScanBy": "TimestampAscending"}
        self.stub.add_response("get_metric_data", {"MetricDataResults": list(results)} | rest, expected | (asked or {}))


@pytest.fixture
def aws():
    scripted = Scripted()
    yield scripted
    scripted.stub.assert_no_pending_responses()


def metrics(aws: Any, **changed: Any) -> CloudWatchMetrics:
    return CloudWatchMetrics(aws, REGION, settings(**changed), now=lambda: at(30))


def result(number: int, *points: tuple[float, float], status: str = "Complete", **rest: Any) -> dict[str, Any]:
    return {"Id": f"m{number}", "StatusCode": status, "Timestamps": [at(minute) for minute, _ in points],
            "Values": [value for _, value in points]} | rest


# --- pages and batches

def test_pages_are_read_to_the_last_and_partial_data_is_paged_on(aws):
    aws.answers(result(0, (0, 1.0), status="PartialData"), result(1, (0, 5.0)), NextToken="more")
    aws.answers(result(0, (1, 2.0), status="PartialData"), asked={"NextToken": "more"}, NextToken="last")
    aws.answers(result(0, (2, 3.0)), asked={"NextToken": "last"})
    table = metrics(aws).read(["a"], SINCE, at(3), ["cpu", "memory"])
    np.testing.assert_array_equal(table.values, [[[1, 2, 3], [5, np.nan, np.nan]]])


def test_what_is_asked_is_in_order_with_its_period_and_dimensions(aws):
    query = {"Id": "m0", "ReturnData": True, "MetricStat": {"Period": 60, "Stat": "p99", "Metric": {
        "Namespace": "Api", "MetricName": "latency", "Dimensions": [
            {"Name": "AutoScalingGroupName", "Value": "a"}, {"Name": "Device", "Value": "tv"}]}}}
    aws.answers(result(0), asked={"MetricDataQueries": [query], "StartTime": SINCE, "EndTime": at(3)})
    metrics(aws).read(["a"], SINCE + timedelta(seconds=10), at(3.5), ["latency.Device=tv.p99"])


def test_batches_have_500_queries_at_most(aws):
    sizes = []
    for size in (500, 500, 200):
        aws.answers(*(result(number, (0, 1.0)) for number in range(size)))
    aws.client("").meta.events.register("provide-client-params.cloudwatch.GetMetricData",
                                        lambda params, **_: sizes.append(len(params["MetricDataQueries"])))
    table = metrics(aws).read(["a", "b"], SINCE, at(1), [f"m{number}" for number in range(600)])
    assert sizes == [500, 500, 200]
    assert np.isfinite(table.values).all()


def test_metrics_are_discovered_over_all_pages_and_asgs(aws):
    def listed(asg: str, metric: str, **dimensions: str) -> dict[str, Any]:
        pairs = {"AutoScalingGroupName": asg} | dimensions
        return {"Namespace": "Api", "MetricName": metric,
                "Dimensions": [{"Name": name, "Value": value} for name, value in pairs.items()]}

    def asked(asg: str) -> dict[str, Any]:
        return {"Namespace": "Api", "Dimensions": [{"Name": "AutoScalingGroupName", "Value": asg}]}
    aws.stub.add_response("list_metrics", {"NextToken": "more", "Metrics": [
        listed("a", "cpu"), listed("a", "cpu", InstanceId="i-1"), listed("a", "disk")]}, asked("a"))
    aws.stub.add_response("list_metrics", {"Metrics": [listed("a", "latency", Path="/", Device="tv")]},
                          asked("a") | {"NextToken": "more"})
    aws.stub.add_response("list_metrics", {"Metrics": []}, asked("new"))
    series = [(0, "cpu", "a"), (1, "cpu", "new"), (2, "disk", "a"), (3, "disk", "new")]
    aws.answers(*(result(number, *([] if name == "disk" else [(0, float(number))])) for number, name, _ in series),
                *(result(number, (0, float(number))) for number in range(4, 8)))
    table = metrics(aws).read(["a", "new"], SINCE, at(1))
    assert table.names == ("cpu", "latency.Device=tv.Path=/.Average", "latency.Device=tv.Path=/.p99")
    np.testing.assert_array_equal(table.values[:, :, 0], [[0, 4, 5], [1, 6, 7]])


# --- what becomes of it

def test_instances_are_listed_with_both_dimensions_and_their_metrics_are_no_asgs(aws):
    def listed(metric: str, instance: str) -> dict[str, Any]:
        return {"Namespace": "Api", "MetricName": metric, "Dimensions": [
            {"Name": "InstanceId", "Value": instance}, {"Name": "AutoScalingGroupName", "Value": "a"}]}
    aws.stub.add_response("list_metrics", {"Metrics": [
        listed("cpu", "i-2"), listed("cpu", "i-1"), listed("disk", "i-1"), listed("cpu", "i-3")]}, {
            "Namespace": "Api", "RecentlyActive": "PT3H",
            "Dimensions": [{"Name": "AutoScalingGroupName", "Value": "a"}, {"Name": "InstanceId"}]})
    query = {"Id": "m0", "ReturnData": True, "MetricStat": {"Period": 60, "Stat": "Average", "Metric": {
        "Namespace": "Api", "MetricName": "cpu", "Dimensions": [
            {"Name": "AutoScalingGroupName", "Value": "a"}, {"Name": "InstanceId", "Value": "i-1"}]}}}
    second = {**query, "Id": "m1", "MetricStat": {**query["MetricStat"], "Metric": {
        **query["MetricStat"]["Metric"], "Dimensions": [
            {"Name": "AutoScalingGroupName", "Value": "a"}, {"Name": "InstanceId", "Value": "i-2"}]}}}
    aws.answers(result(0, (0, 1.0)), result(1, (1, 2.0)), asked={"MetricDataQueries": [query, second]})
    table = metrics(aws, instance_dimension="InstanceId").read_instances("a", SINCE, at(2), ["cpu"], most=2)
    assert table.instances == ("i-1", "i-2")
    np.testing.assert_array_equal(table.values, [[[1, np.nan]], [[np.nan, 2]]])


def test_without_a_dimension_of_instances_nothing_is_asked(aws):
    assert metrics(aws).read_instances("a", SINCE, at(3)).instances == ()


def test_sums_come_per_second_and_only_of_minutes_that_are_over(aws):
    aws.answers(result(0, (0, 120.0), (1, 60.0), (2, 6.0)), asked={"EndTime": at(2)})
    table = metrics(aws).read(["a"], SINCE, at(2.5), ["requests"])
    np.testing.assert_array_equal(table.values, [[[2, 1, np.nan]]])


def test_what_lies_before_the_first_bin_is_left_out(aws):
    """CloudWatch rounds the start down."""
    aws.answers(result(0, (-1, 9.0), (0, 1.0)))
    assert metrics(aws).read(["a"], SINCE, at(1), ["cpu"]).values.tolist() == [[[1]]]


def test_asking_for_nothing_asks_nothing(aws):
    assert metrics(aws).read([], SINCE, at(2), ["cpu"]).values.shape == (0, 1, 2)
    assert metrics(aws).read(["a"], SINCE, at(2), []).values.shape == (1, 0, 2)
    assert metrics(aws).read(["a"], SINCE, at(0.5), ["cpu"]).values.shape == (1, 1, 1)


def test_two_metrics_of_one_name_that_both_have_values_are_refused(aws):
    twice = metrics(aws, requests="x", errors="x", latency="x", series=[
        {"namespace": "Api", "name": "{metric}"}, {"namespace": "Other", "name": "{metric}"}])
    aws.answers(result(0, (0, 1.0)), result(1, (0, 2.0)))
    with pytest.raises(BadInput, match=r"Average of Api cpu \(any ASG\) and Average of Other cpu .* called 'cpu' of a"):
        twice.read(["a"], SINCE, at(1), ["cpu"])
    aws.answers(result(0, (0, 1.0)), result(1))
    assert twice.read(["a"], SINCE, at(1), ["cpu"]).values.item() == 1


# --- what fails

@pytest.mark.parametrize(("answer", "kind", "says"), [
    ([result(0, status="InternalError")], Retryable, r"InternalError: Average of Api cpu \(a\)"),
    ([result(0, status="Forbidden")], Final, r"Forbidden: Average of Api cpu \(a\)"),
    ([result(0, (0, 1.0), status="PartialData")], Retryable, r"PartialData at the last page: Average of Api cpu \(a\)"),
    ([], Retryable, r"no answer at the last page: Average of Api cpu \(a\)"),
    ([result(0, Messages=[{"Code": "Some", "Value": "of it is away"}])], Final, "Complete: Some: of it is away: "),
], ids=["internal", "forbidden", "partial", "missing", "message"])
def test_an_answer_that_is_not_whole_is_an_error_with_the_query(aws, answer, kind, says):
    aws.answers(*answer)
    with pytest.raises(SerinError, match=f"the metric query failed: {says}.*{QUERY}") as caught:
        metrics(aws).read(["a"], SINCE, at(3), ["cpu"])
    assert type(caught.value) is kind


def test_a_message_on_the_whole_answer_is_an_error(aws):
    aws.answers(result(0), Messages=[{"Code": "MaxMetricsExceeded", "Value": "too many"}])
    with pytest.raises(Final, match=f"MaxMetricsExceeded: too many.*{QUERY}"):
        metrics(aws).read(["a"], SINCE, at(3), ["cpu"])


def test_a_page_that_comes_again_ends_the_read(aws):
    aws.answers(result(0, status="PartialData"), NextToken="same")
    aws.answers(result(0, status="PartialData"), NextToken="same", asked={"NextToken": "same"})
    with pytest.raises(Retryable, match="the same page came twice"):
        metrics(aws).read(["a"], SINCE, at(3), ["cpu"])


@pytest.mark.parametrize(("code", "kind"), [("Throttling", Retryable), ("InternalServiceFault", Retryable),
                                            ("AccessDenied", NotAllowed), ("ValidationError", BadInput)])
@pytest.mark.parametrize("operation", ["get_metric_data", "list_metrics"])
def test_a_call_that_fails_says_whether_trying_again_helps(aws, operation, code, kind):
    aws.stub.add_client_error(operation, code, "in AWS's words", 500 if "Fault" in code else 400)
    with pytest.raises(SerinError, match=f"{operation} .*Api.* a?.*{code}: in AWS's words") as caught:
        metrics(aws).read(["a"], SINCE, at(3), ["cpu"] if operation == "get_metric_data" else None)
    assert type(caught.value) is kind


def test_points_that_cloudwatch_keeps_no_longer_are_refused_and_not_empty(aws):
    fine = CloudWatchMetrics(aws, REGION, settings(step_seconds=10), now=lambda: at(181))
    with pytest.raises(BadInput, match=r"a read from 2026-03-01T12.*: 10 s are too fine: after 3 h CloudWatch has"):
        fine.read(["a"], SINCE, at(3), ["cpu"])


# --- on the local cloud

def test_some_hundred_metrics_of_two_asgs_are_found_and_read(session):
    """Names and values of 150 metrics an ASG, with dimensions of their own."""
    namespace, dimension = f"Api-{uuid4().hex}", f"Asg-{uuid4().hex}"
    client = session.client("cloudwatch")
    for asg, factor in (("a", 1.0), ("b", 2.0)):
        client.put_metric_data(Namespace=namespace, MetricData=[
            {"MetricName": f"level{number % 50}", "Timestamp": at(minute), "Value": factor * number + minute,
             "Dimensions": [{"Name": dimension, "Value": asg}, {"Name": "Device", "Value": f"d{number // 50}"}]}
            for number in range(150) for minute in (0, 2)])
    source = settings(asg_dimension=dimension, requests="x", errors="x", latency="x",
                      series=[{"namespace": namespace, "name": "{metric}{dimensions}"}])
    read = CloudWatchMetrics(session, REGION, source, now=lambda: at(30)).read
    table = read(["a", "b"], SINCE, at(3))
    assert len(table.names) == 150
    place = table.names.index("level7.Device=d2")
    np.testing.assert_array_equal(table.values[:, place], [[107, np.nan, 109], [214, np.nan, 216]])
    again = read(["a", "b"], SINCE, at(3), table.names)
    np.testing.assert_array_equal(again.values, table.values)


