"""Metrics from Prometheus: one query a read, points made of their own bin, and no empty answer for a failed query."""

from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from uuid import uuid4

import httpx
import numpy as np
import pytest

from include.adapters.metrics import prometheus
from include.adapters.metrics.prometheus import PrometheusMetrics
from include.domain.errors import BadInput, Final, Retryable, SerinError
from include.domain.metric_sources import PrometheusSource
from include.local_cloud.data.meters import Meter
from include.local_cloud.data.prometheus import page
from tests.adapters import prometheus_server
from tests.adapters.cloud import eventually

SINCE = datetime(2026, 3, 1, 12, tzinfo=UTC)
T0 = int(SINCE.timestamp())
REGION = "us-east-1"
QUERY = r"The query: sum by \(asg,name\) \(avg_over_time\(serin_metric\{"


@pytest.fixture
def paper():
    with prometheus_server.paper() as server:
        yield server


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    with prometheus_server.real(tmp_path_factory.mktemp("prometheus")) as server:
        yield server


def metrics(server: Any, region: str = REGION, **settings: Any) -> PrometheusMetrics:
    source = {"connection": "m", "step_seconds": 1} | settings
    return PrometheusMetrics(httpx.Client(base_url=server.url), region, PrometheusSource.model_validate(source))


def write(server: Any, asg: str, name: str, *points: tuple[float, float], **labels: str) -> None:
    server.write({"__name__": "serin_metric", "region": REGION, "asg": asg, "name": name} | labels, *points)


def seconds(count: float) -> datetime:
    return SINCE + timedelta(seconds=count)


# --- what is asked

def test_without_a_label_of_instances_nothing_is_asked(paper):
    table = metrics(paper).read_instances("a", SINCE, seconds(3))
    assert (table.instances, table.values.shape, paper.asked) == ((), (0, 0, 3), [])


def test_instances_are_found_by_one_point_of_the_last_minutes(paper):
    write(paper, "a", "cpu", (T0 + 3599, 2.0), instance="i-1")
    write(paper, "a", "cpu", (T0, 2.0), instance="i-2")
    table = metrics(paper, instance_label="instance").read_instances("a", SINCE, seconds(3600), ["cpu"])
    found, read = paper.asked
    chosen = 'serin_metric{region="us-east-1",'
    assert found["query"] == f'max by (instance) (avg_over_time({chosen}asg=~"a",name=~"cpu"}}[10s]))'
    assert found["start"] == found["end"] == f"{T0 + 3599}.999"
    assert read["query"] == (f'sum by (instance,name) (avg_over_time({chosen}instance=~"i-1",asg=~"a",'
                             'name=~"cpu"}[1s]))')
    assert (table.instances, table.values[0, 0, -1]) == (("i-1",), 2)


def test_a_read_of_all_is_one_query_and_every_text_is_quoted(paper):
    metrics(paper, region='us"east').read(["a.b", "c|d"], SINCE, seconds(480))
    asked, = paper.asked
    assert asked["query"] == ('sum by (asg,name) (avg_over_time(serin_metric{region="us\\"east",'
                              'asg=~"a\\\\.b|c\\\\|d"}[1s]))')
    assert (asked["start"], asked["end"], asked["step"]) == (f"{T0}.999", f"{T0 + 479}.999", "1")


def test_names_are_asked_for_by_their_label(paper):
    metrics(paper, region_label="").read(["a"], SINCE, seconds(1), ["cpu.percent", "x{y}"])
    assert [asked["query"] for asked in paper.asked] == [
        'sum by (asg,name) (avg_over_time(serin_metric{asg=~"a",name=~"cpu\\\\.percent|x\\\\{y\\\\}"}[1s]))']


def test_a_longer_read_than_prometheus_answers_is_asked_in_parts_and_is_one_grid(paper):
    write(paper, "a", "cpu", *((T0 + at, float(at)) for at in (0, 10_999, 11_000, 24_999)))
    table = metrics(paper).read(["a"], SINCE, seconds(25_000), ["cpu"])
    points = [round(float(asked["end"]) - float(asked["start"])) + 1 for asked in paper.asked]
    assert points == [11_000, 11_000, 3_000]
    assert {int(at): table.values[0, 0, at] for at in np.flatnonzero(np.isfinite(table.values[0, 0]))} == {
        0: 0, 10_999: 10_999, 11_000: 11_000, 24_999: 24_999}


def test_an_answer_stays_of_a_size_that_can_be_carried(paper, monkeypatch):
    monkeypatch.setattr(prometheus, "MOST_POINTS", 40)
    metrics(paper).read(["a", "b"], SINCE, seconds(12), ["cpu", "rps"])
    assert len(paper.asked) == 2


def test_asking_for_nothing_asks_nothing(paper):
    assert metrics(paper).read([], SINCE, seconds(2), ["cpu"]).values.shape == (0, 1, 2)
    assert metrics(paper).read(["a"], SINCE, seconds(2), []).values.shape == (1, 0, 2)
    assert metrics(paper).read(["a"], SINCE, SINCE, ["cpu"]).values.shape == (1, 1, 0)
    assert paper.asked == []


# --- what becomes of it

@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_a_gap_and_no_metric(paper, value):
    write(paper, "a", "cpu", (T0, value), (T0 + 1, 2.0))
    write(paper, "a", "nothing", (T0, value))
    table = metrics(paper).read(["a"], SINCE, seconds(2))
    assert table.names == ("cpu",)
    np.testing.assert_array_equal(table.values, [[[np.nan, 2]]])


def test_a_bin_is_the_mean_of_its_own_samples(paper):
    start = T0 - T0 % 60
    write(paper, "a", "cpu", (start - 0.001, 50.0), (start, 2.0), (start + 59.9, 4.0), (start + 60, 8.0))
    table = metrics(paper, step_seconds=60).read(["a"], seconds(1), seconds(120))
    assert table.since == SINCE
    np.testing.assert_array_equal(table.values, [[[3, 8]]])


def test_a_bin_that_is_not_over_is_a_gap(paper):
    write(paper, "a", "cpu", *((T0 + at, 1.0) for at in range(0, 120, 10)))
    table = metrics(paper, step_seconds=60).read(["a"], SINCE, seconds(90))
    np.testing.assert_array_equal(table.values, [[[1, np.nan]]])


def test_another_region_is_not_read(paper):
    write(paper, "a", "cpu", (T0, 1.0), region="eu-west-1")
    assert metrics(paper).read(["a"], SINCE, seconds(1)).names == ()


def test_several_series_of_one_asg_become_one_as_declared(paper):
    for instance in "123":
        write(paper, "a", "cpu", (T0, float(instance)), instance=instance)
    means = metrics(paper, series=[{"metric": "serin_metric", "across": "avg"}])
    assert metrics(paper).read(["a"], SINCE, seconds(1)).values.item() == 6
    assert means.read(["a"], SINCE, seconds(1)).values.item() == 2


def test_two_series_of_one_name_are_refused(paper):
    write(paper, "a", "cpu", (T0, 1.0))
    paper.write({"__name__": "other", "region": REGION, "asg": "a", "name": "cpu"}, (T0, 9.0))
    both = metrics(paper, series=[{"metric": "serin_metric"}, {"metric": "other"}])
    with pytest.raises(BadInput, match=r'serin_metric\{name="cpu"\} .* and other\{name="cpu"\} .* called \'cpu\' of a'):
        both.read(["a"], SINCE, seconds(1))


def test_names_are_made_of_labels_and_only_series_that_can_have_a_name_are_asked(paper):
    paper.write({"__name__": "busy", "region": REGION, "asg": "a", "pool": "db", "zone": "b"}, (T0, 3.0))
    paper.write({"__name__": "busy", "region": REGION, "asg": "a", "pool": "db", "zone": "c"}, (T0, 4.0))
    source = metrics(paper, series=[{"metric": "serin_metric"},
                                    {"metric": "busy", "name": "threads.{pool}.{zone}", "where": {"zone": "b"}},
                                    {"metric": "idle", "name": "threads.idle"}])
    table = source.read(["a"], SINCE, seconds(1), ["threads.db.b", "threads.db.c"])
    np.testing.assert_array_equal(table.values, [[[3], [np.nan]]])
    assert [asked["query"].split("(")[3].split("{")[0] for asked in paper.asked] == ["serin_metric", "busy"]


# --- what fails

@pytest.mark.parametrize(("status", "body", "kind", "says"), [
    (400, {"status": "error", "errorType": "bad_data", "error": "parse error"}, BadInput, "400 bad_data: parse error"),
    (422, {"status": "error", "errorType": "execution", "error": "too many samples"}, BadInput,
     "422 execution: too many samples"),
    (503, {"status": "error", "errorType": "timeout", "error": "too slow"}, Retryable, "503 timeout: too slow"),
    (429, "slow down", Retryable, "429 slow down"),
    (502, "<html>Bad Gateway</html>", Retryable, "502 <html>Bad Gateway"),
    (500, {"status": "success", "data": {"resultType": "matrix", "result": []}}, Retryable, "500 "),
    (401, "Unauthorized", Final, "401 Unauthorized"),
    (404, "404 page not found", BadInput, "404 404 page not found"),
    (302, "", Final, "302"),
    (200, {"status": "error", "errorType": "internal", "error": "half way"}, Final, "200 internal: half way"),
    (200, "<html>Log in</html>", Final, "200 <html>Log in"),
    (200, "[1]", Final, "200 \\[1\\]"),
    (200, {"status": "success"}, Final, "the answer is no matrix"),
    (200, {"status": "success", "data": {"resultType": "vector", "result": []}}, Final, "the answer is no matrix"),
    (200, {"status": "success", "data": {"resultType": "matrix", "result": [{"metric": {}, "histograms": []}]}}, Final,
     "the answer has a series that is no list of values"),
    (200, {"status": "success", "warnings": ["1 store is away"], "data": {"resultType": "matrix", "result": []}},
     Retryable, "the answer is not whole: 1 store is away"),
    (200, {"status": "success", "isPartial": True, "data": {"resultType": "matrix", "result": []}}, Retryable,
     "the answer is not whole: isPartial"),
])
def test_a_failed_query_is_an_error_with_the_query(paper, status, body, kind, says):
    paper.answers.append((status, body))
    with pytest.raises(SerinError, match=f"the metric query failed: {says}.*{QUERY}") as caught:
        metrics(paper).read(["a"], SINCE, seconds(1))
    assert type(caught.value) is kind


def test_a_part_that_fails_fails_the_whole_read(paper, monkeypatch):
    monkeypatch.setattr(prometheus, "MOST_BINS", 2)
    write(paper, "a", "cpu", (T0, 1.0))
    paper.answers += [(200, {"status": "success", "data": {"resultType": "matrix", "result": []}}), (503, "away")]
    with pytest.raises(Retryable, match="503 away"):
        metrics(paper).read(["a"], SINCE, seconds(4))


def test_a_hint_is_no_warning(paper):
    paper.answers.append((200, {"status": "success", "data": {"resultType": "matrix", "result": []},
                                "warnings": ["PromQL info: metric might not be a counter"]}))
    assert metrics(paper).read(["a"], SINCE, seconds(1)).names == ()


@pytest.mark.parametrize("error", [httpx.ConnectError("refused"), httpx.ReadTimeout("60 s"),
                                   httpx.RemoteProtocolError("ended in the middle")], ids=lambda e: type(e).__name__)
def test_a_store_that_is_not_reached_may_be_tried_again(error):
    def fail(_: httpx.Request) -> httpx.Response:
        raise error
    client = httpx.Client(transport=httpx.MockTransport(fail), base_url="http://prometheus")
    with pytest.raises(Retryable, match=f"{type(error).__name__}: {error}.*{QUERY}"):
        PrometheusMetrics(client, REGION, PrometheusSource(connection="m")).read(["a"], SINCE, seconds(120))


# --- Debian's

@prometheus_server.installed
def test_it_refuses_a_wrong_query_in_its_words(real):
    source = metrics(real, series=[{"metric": "serin_metric", "where": {"by": "x"}}])
    source._settings = source._settings.model_copy(update={"asg_label": "a b"})
    with pytest.raises(BadInput, match=r"400 bad_data: .*parse error.* The query: "):
        source.read(["a"], SINCE, seconds(1))


@prometheus_server.installed
def test_a_read_longer_than_its_limit_is_answered(real):
    write(real, "long", "cpu", (T0, 1.0))
    values = metrics(real).read(["long"], seconds(-24_999), seconds(1)).values
    assert (values.shape, values[0, 0, -1]) == ((1, 1, 25_000), 1)


@prometheus_server.installed
def test_a_sample_is_not_repeated_where_nothing_is(real):
    write(real, "once", "cpu", (T0, 1.0))
    assert np.isfinite(metrics(real).read(["once"], SINCE, seconds(60)).values).sum() == 1


@prometheus_server.installed
@pytest.mark.parametrize(("read", "expected"), [("rate", 2 + 4), ("p50", 100), ("p75", 150)])
def test_counters_and_histograms_are_read(real, read, expected):
    """Two instances, 10 and 20 more every 5 s; of a histogram half is under 100 and all of it under 200."""
    metric, start = f"m{uuid4().hex}", T0 - T0 % 60
    times = range(0, 60, 5)
    for instance, grows in (("1", 10), ("2", 20)):
        labels = {"__name__": metric, "region": REGION, "asg": "a", "path": "home", "instance": instance}
        for le, share in (("100", 0.5), ("200", 1), ("+Inf", 1)) if read != "rate" else (("", 1),):
            real.write(labels | ({"le": le} if le else {}),
                       *((start + at, share * grows * at / 5) for at in times))
    source = metrics(real, step_seconds=60, requests="x.home", errors="x.home", latency="x.home",
                     series=[{"metric": metric, "name": "x.{path}", "read": read}])
    table = source.read(["a"], seconds(0), seconds(60))
    assert table.names == ("x.home",)
    assert table.values.item() == pytest.approx(expected, rel=1e-3)


@prometheus_server.installed
def test_what_the_local_cloud_shows_is_what_is_read(tmp_path):
    meter = Meter()
    for status in (200, 200, 503):
        meter.count(3, status, 20.0)
    second = meter.take(2, 2, [])
    text = page({REGION: {"api-prod-v041": second}}, {}).encode()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as served:
        Thread(target=served.serve_forever, args=(0.01,), daemon=True).start()
        with prometheus_server.real(tmp_path, scrape=f"127.0.0.1:{served.server_port}") as server:
            source = metrics(server)

            def read() -> Any:
                now = datetime.now(UTC)
                table = source.read(["api-prod-v041"], now - timedelta(seconds=30), now)
                return table if table.names else None
            table = eventually(read, "a scrape that is read")
        served.shutdown()
    last = dict(zip(table.names, np.nanmax(table.values[0], axis=1).tolist(), strict=True))
    assert {name: last[name] for name in ("requests.all", "errors.all", "latency_ms.all.p99", "instances.healthy")} == {
        "requests.all": 3, "errors.all": 1, "latency_ms.all.p99": 20, "instances.healthy": 2}
    assert len(last) == sum(1 for _ in second.values())
