"""Which push the demo shows."""

from datetime import UTC, datetime
from types import SimpleNamespace

from include.demo.follow import is_of
from plugins.operators.step import push_id


def test_the_push_of_a_run_is_known_by_the_runs_id():
    noon = datetime(2026, 1, 13, 12, tzinfo=UTC)
    runs = [SimpleNamespace(run_id=run, run_after=noon) for run in ("demo_a", "demo_b")]
    ids = [push_id("api", {"dag_run": run}) for run in runs]
    assert [[is_of(found, run.run_id) for found in ids] for run in runs] == [[True, False], [False, True]]
