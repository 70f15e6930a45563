"""The benchmark of red/black: it pushes with whatever ports the steps ask for, and its tables say what it measured."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO

from rich.console import Console

from benchmarks.pushes import STEPS, Pushed, one_push
from benchmarks.red_black import airflow_table, calls_table, seconds_table
from include.domain.push import Event
from include.local_cloud.furnish import REGIONS
from plugins import wiring

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def shown(table) -> str:
    console = Console(width=110, record=True, file=StringIO())
    console.print(table)
    return console.export_text()


def test_it_pushes_and_counts_each_steps_calls(monkeypatch):
    monkeypatch.setattr(wiring, "Session", wiring.Session)     # put back after the benchmark's own
    pushed = one_push(REGIONS[:1], size=2, scale=300)
    assert all(pushed.calls_of(step) for step in STEPS)
    assert pushed.operations["autoscaling.CreateAutoScalingGroup"] == 1
    assert pushed.operations["autoscaling.DeleteAutoScalingGroup"] == 1
    assert pushed.looks >= len(STEPS)
    assert pushed.cloud > 0


def test_serin_adds_what_the_cloud_did_not_need():
    one = Pushed(["a"], 10, cloud=150, busy=10, slept=90, looks=12)
    three = Pushed(["a", "b", "c"], 10, cloud=450, busy=30, slept=270, looks=36)
    rows = shown(seconds_table([one, three], scale=2)).splitlines()
    cells = {row.split("│")[1].strip(): [cell.strip() for cell in row.split("│")[2:5]] for row in rows if "│" in row}
    assert cells["a push takes"] == ["200", "600", "200"]
    assert cells["Serin adds"] == ["50", "150", "50"]
    assert cells["Serin works"] == ["20", "60", "20"]


def test_calls_grow_by_what_the_most_instances_take_of_the_fewest():
    few = Pushed(["a"], 10, 0, calls=Counter({("plan", "s3.GetObject"): 4}))
    many = Pushed(["a"], 1000, 0, calls=Counter({("plan", "s3.GetObject"): 6}))
    table = shown(calls_table([few, many]))
    assert "1,000 instances" in table
    assert "× 1.50" in table


def test_airflow_adds_what_lies_between_the_end_of_a_step_and_the_start_of_the_next():
    def event(task: str, state: str, seconds: float) -> Event:
        return Event("p", NOON + timedelta(seconds=seconds), f"us_east_1.{task}", "us-east-1", state, "")

    events = [event("plan", "started", 0), event("plan", "done", 1), event("launch_new", "started", 4),
              event("launch_new", "done", 60), event("in_service", "started", 65), event("in_service", "waits", 66)]
    assert "│ us-east-1 │ 2          │ 8.0            │ 4.0          │" in shown(airflow_table(events))
