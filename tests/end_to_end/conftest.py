"""One local cloud and one real Airflow (API server, scheduler, dag-processor, triggerer) for all end-to-end tests.

Each push moves the cluster on, so every test compares with what it found.
"""

import pytest

from include.demo import watchman
from include.demo.stage import Stage
from tests.end_to_end.pushes import QUIET_MARKETS, Pushes


@pytest.fixture(scope="session")
def stage(tmp_path_factory):
    made = Stage(tmp_path_factory.mktemp("stage"), markets=QUIET_MARKETS, bake_hours=4, peak_rps=160)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        assert watchman.carrying(made.processes.mark) == []


@pytest.fixture(scope="session")
def pushes(stage) -> Pushes:
    return Pushes(stage)
