"""What a kind of metric store accepts, and which of its series counts."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from include.domain.metric_sources import CloudWatchSource, PrometheusSource


def cloudwatch(*series, **changed):
    named = {"requests": "x", "errors": "x", "latency": "x"} if "requests" not in changed else {}
    both = [*series, {"namespace": "Api", "name": "{metric}"}]
    return CloudWatchSource.model_validate({"connection": "aws", "series": both} | named | changed)


@pytest.mark.parametrize("step", [1, 5, 10, 20, 30, 60, 300, 86_400])
def test_a_period_of_cloudwatch_is_a_step(step):
    assert cloudwatch(step_seconds=step).step_seconds == step


@pytest.mark.parametrize("step", [2, 15, 45, 90, 3_601, 86_460])
def test_no_other_is(step):
    with pytest.raises(ValidationError, match="multiples of 60"):
        cloudwatch(step_seconds=step)


@pytest.mark.parametrize(("step", "hours", "fits"), [
    (1, 3, True), (1, 3.1, False), (60, 3.1, True), (60, 24 * 15, True), (60, 24 * 16, False), (300, 24 * 16, True),
    (300, 24 * 64, False), (3600, 24 * 64, True)])
def test_old_points_are_there_at_coarse_steps_only(step, hours, fits):
    assert (cloudwatch(step_seconds=step).too_fine(timedelta(hours=hours)) is None) is fits


def test_the_first_series_that_matches_in_the_namespace_counts():
    source = cloudwatch({"namespace": "Api", "metric": "latency*", "statistics": ["p99"]},
                        {"namespace": "Other", "name": "{metric}"})
    assert source.metrics_of("latency.p99") == [("Api", "latency", (), "p99"), ("Other", "latency.p99", (), "Average")]
    assert source.metrics_of("latency") == [("Other", "latency", (), "Average")]
    assert source.series_of("Api", "cpu").name == "{metric}"
    assert source.series_of("Third", "cpu") is None


@pytest.mark.parametrize("key", ["requests", "errors", "latency"])
def test_what_every_service_must_name_is_called_so_by_a_series(key):
    series = [{"metric": "m", "name": "x.{path}"}]
    named = {"requests": "x.a", "errors": "x.b", "latency": "x.c"}
    assert PrometheusSource.model_validate({"connection": "p", "series": series} | named)
    with pytest.raises(ValidationError, match=f"{key}: no series is called 'y'"):
        PrometheusSource.model_validate({"connection": "p", "series": series} | named | {key: "y"})
