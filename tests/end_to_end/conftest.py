"""One local cloud and one real Airflow (API server, scheduler, dag-processor, triggerer) for all end-to-end tests.

Each push moves the cluster on, so every test compares with what it found.
"""

import pytest

from tests.end_to_end.pushes import Pushes, staged


@pytest.fixture(scope="session")
def stage(tmp_path_factory):
    with staged(tmp_path_factory.mktemp("stage"), bake_hours=4) as made:
        yield made


@pytest.fixture(scope="session")
def pushes(stage) -> Pushes:
    return Pushes(stage)
