"""Names of metrics: made the same way every time, and read back into what the store is asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain.metric_series import CloudWatchSeries, PrometheusSeries

TEXT = st.text(alphabet="ab=%.2E53D/ {}", min_size=1, max_size=8)


# --- prometheus

@pytest.mark.parametrize(("template", "labels", "name"), [
    ("{name}", {"name": "requests.all", "asg": "a"}, "requests.all"),
    ("requests.{path}.{device}", {"path": "home", "device": "tv"}, "requests.home.tv"),
    ("memory.bytes", {}, "memory.bytes"),
    ("x.{path}", {}, "x."),
    ("x.{path}", {"path": "{asg}", "asg": "a"}, "x.{asg}"),
])
def test_a_name_is_made_of_labels(template, labels, name):
    series = PrometheusSeries(metric="m", name=template)
    assert series.name_of(labels) == name
    assert series.may_be(name)


@pytest.mark.parametrize(("template", "name"), [("requests.{path}", "errors.home"), ("a.b", "axb"), ("{a}.x", "x.a")])
def test_a_name_of_another_shape_is_no_name_of_the_series(template, name):
    assert not PrometheusSeries(metric="m", name=template).may_be(name)


def test_names_are_read_back_into_values_of_the_one_label():
    series = PrometheusSeries(metric="m", name="requests.{path}.total")
    assert series.values_of(["requests.home.total", "errors.all", "requests.a.b.total"]) == ["home", "a.b"]


@pytest.mark.parametrize("template", ["all", "{a}.{b}", "{a}.{a}"])
def test_names_that_do_not_tell_the_labels_are_not_guessed(template):
    assert PrometheusSeries(metric="m", name=template).values_of(["x.x"]) is None


# --- cloudwatch

def test_a_name_spells_the_dimensions_in_order():
    series = CloudWatchSeries(namespace="Api", statistics=("p99",))
    assert series.name_of("Latency", (("Path", "/"), ("Device", "tv")), "p99") == "Latency.Device=tv.Path=/.p99"


@given(metric=TEXT, dimensions=st.dictionaries(TEXT, TEXT, max_size=3), statistic=st.sampled_from(["Average", "p99.9"]))
@pytest.mark.parametrize("template", ["{metric}{dimensions}.{statistic}", "{statistic}:{metric}{dimensions}"])
def test_every_name_is_read_back_into_its_metric(template, metric, dimensions, statistic):
    series = CloudWatchSeries(namespace="Api", statistics=("Average", "p99.9"), name=template)
    pairs = tuple(sorted(dimensions.items()))
    assert series.metric_of(series.name_of(metric, pairs, statistic)) == (metric, pairs, statistic)


def test_a_name_of_one_metric_needs_no_place_for_it():
    series = CloudWatchSeries(namespace="AWS/EC2", metric="CPUUtilization", name="cpu.percent")
    assert series.metric_of("cpu.percent") == ("CPUUtilization", (), "Average")
    assert series.metric_of("cpu") is None


@pytest.mark.parametrize("name", ["latency", "latency.p50", ".p99"])
def test_a_name_of_another_statistic_is_none_of_the_series(name):
    assert CloudWatchSeries(namespace="Api", statistics=("p99",)).metric_of(name) is None


def test_without_a_place_for_dimensions_only_metrics_without_them_have_a_name():
    assert CloudWatchSeries(namespace="Api").names({"Device"})
    assert not CloudWatchSeries(namespace="Api", name="{metric}").names({"Device"})
    assert CloudWatchSeries(namespace="Api", name="{metric}").names(())
