"""The metric store as its readers see it."""

import sqlite3

from include.local_cloud.data.meters import NUMBERS, Meter
from include.local_cloud.data.metric_store import MetricStore

QUERY = "SELECT ts, asg, name, value FROM metrics WHERE region = ? AND asg IN (?, ?) AND ts >= ? AND ts < ?"


def second(requests):
    meter = Meter()
    for _ in range(requests):
        meter.count(0, 200, 12.5)
    return meter.take(0, 0, [])


def test_readers_find_region_asg_second_name_and_value(tmp_path):
    store = MetricStore(tmp_path / "metrics.db")
    store.write(1000, {"us-east-1": {"a": second(3), "b": second(4)}, "eu-west-1": {"a": second(9)}})
    store.write(1001, {"us-east-1": {"a": second(5)}})
    store.close()
    found = sqlite3.connect(tmp_path / "metrics.db").execute(
        f"{QUERY} AND name IN ('requests.all', 'latency_ms.all.p99')", ("us-east-1", "a", "b", 1000, 1001)).fetchall()
    assert sorted(found) == [(1000, "a", "latency_ms.all.p99", 12.5), (1000, "a", "requests.all", 3.0),
                             (1000, "b", "latency_ms.all.p99", 12.5), (1000, "b", "requests.all", 4.0)]


def test_a_query_walks_the_key_and_never_the_whole_table(tmp_path):
    MetricStore(tmp_path / "metrics.db").close()
    plan = sqlite3.connect(tmp_path / "metrics.db").execute(f"EXPLAIN QUERY PLAN {QUERY}", ("r", "a", "b", 1, 2))
    steps = [step[3] for step in plan]
    assert not [step for step in steps if step.startswith("SCAN")]
    assert any("(asg_id=? AND ts>? AND ts<?)" in step for step in steps)


def test_what_is_old_is_forgotten(tmp_path):
    store = MetricStore(tmp_path / "metrics.db", keep_seconds=100)
    for ts in (1000, 1050, 1150):
        store.write(ts, {"us-east-1": {"a": second(1)}})
    store.close()
    kept = sqlite3.connect(tmp_path / "metrics.db").execute("SELECT DISTINCT ts FROM metrics ORDER BY ts").fetchall()
    assert kept == [(1050,), (1150,)]


# --- instances

OF_INSTANCES = ("SELECT ts, instance, name, value FROM instance_metrics WHERE region = ? AND asg = ? AND ts >= ? "
                "AND ts < ?")


def with_instances(**requests):
    found = second(sum(requests.values()))
    found.instances = {id: [(NUMBERS["requests.all"], float(count))] for id, count in requests.items()}
    return found


def test_each_instance_has_rows_of_its_own(tmp_path):
    store = MetricStore(tmp_path / "metrics.db")
    store.write(1000, {"us-east-1": {"a": with_instances(one=3, two=4), "b": with_instances(three=1)}})
    store.close()
    found = sqlite3.connect(tmp_path / "metrics.db").execute(OF_INSTANCES, ("us-east-1", "a", 1000, 1001)).fetchall()
    assert sorted(found) == [(1000, "one", "requests.all", 3.0), (1000, "two", "requests.all", 4.0)]


def test_a_query_of_instances_walks_the_key_too(tmp_path):
    MetricStore(tmp_path / "metrics.db").close()
    plan = sqlite3.connect(tmp_path / "metrics.db").execute(f"EXPLAIN QUERY PLAN {OF_INSTANCES}", ("r", "a", 1, 2))
    steps = [step[3] for step in plan]
    assert not [step for step in steps if step.startswith("SCAN")]
    assert any("(instance_id=? AND ts>? AND ts<?)" in step for step in steps)


def test_what_instances_did_long_ago_is_forgotten(tmp_path):
    store = MetricStore(tmp_path / "metrics.db", keep_seconds=100)
    for ts in (1000, 1050, 1150):
        store.write(ts, {"us-east-1": {"a": with_instances(one=1)}})
    store.close()
    kept = sqlite3.connect(tmp_path / "metrics.db").execute("SELECT ts FROM instance_points ORDER BY ts").fetchall()
    assert kept == [(1050,), (1150,)]
