"""One suite, several worlds: every test of this folder is run against each maker in MAKERS.

A maker is a context manager that takes pytest's `request` and gives a `ContractWorld`. To plug another one in, add it
here; `world.until(…)` is how tests wait, with time that is simulated in one and real, with a deadline, in the other.
"""

import pytest

from tests.adapters.cloud import control_process
from tests.contract import in_memory, on_local_cloud

MAKERS = {"in memory": in_memory.made, "local cloud": on_local_cloud.made}


@pytest.fixture(params=list(MAKERS))
def world(request):
    with MAKERS[request.param](request) as made:
        yield made


@pytest.fixture(scope="session")
def control():
    """The endpoint of the local cloud's control process, one for all tests that ask for it."""
    with control_process() as endpoint:
        yield endpoint
