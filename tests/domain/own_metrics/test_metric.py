"""One metric, and one value of it."""

import pytest

from include.domain.own_metrics.metric import Kind, Metric
from include.domain.own_metrics.table import TABLE

PLAIN = Metric("push.ended", Kind.COUNTER, "pushes", ("service", "end"), "how pushes ended")


@pytest.mark.parametrize("labels", [{"service": "api"}, {"service": "api", "end": "Success", "commit": "abc"}])
def test_other_labels_than_the_declared_ones_are_refused(labels):
    with pytest.raises(TypeError, match=r"serin\.push\.ended has the labels service, end, not"):
        PLAIN.of(1, **labels)


@pytest.mark.parametrize(("text", "label"), [
    ("us-east-1", "us-east-1"), ("feature/a.b_c", "feature/a.b_c"), ("", "none"), ("a,b=c:1|c#d e\n", "a_b_c_1_c_d_e_"),
    ("é", "_"), ("x" * 500, "x" * 120)])
def test_a_label_cannot_break_out_of_the_text_that_statsd_is_told(text, label):
    assert PLAIN.of(1, service="api", end=text).labels["end"] == label


def test_names_are_unique_and_what_airflow_and_prometheus_take():
    assert len({metric.told_as for metric in TABLE}) == len({metric.seen_as for metric in TABLE}) == len(TABLE)
    for metric in TABLE:
        assert set(metric.told_as) <= set("abcdefghijklmnopqrstuvwxyz._")
        assert metric.values.keys() <= set(metric.labels)
        assert bool(metric.buckets) == (metric.kind == Kind.TIMER)
        assert list(metric.buckets) == sorted(metric.buckets)


def test_no_label_is_for_what_people_write():
    assert {label for metric in TABLE for label in metric.labels} == {
        "service", "environment", "region", "flow", "step", "kind", "end", "why", "port", "error", "then", "by",
        "guard", "decision", "aws", "where", "branch", "answer"}
