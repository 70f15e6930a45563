"""One control process for all of these tests, at 300 AWS seconds a second, and one site in it."""

import pytest

from tests.local_cloud.control.cloud import Cloud
from tests.local_cloud.control.site import Site


@pytest.fixture(scope="session")
def cloud():
    running = Cloud("--scale", "300", "--lasts", "boot=30", "--lasts", "build=30", "--lasts", "image=30",
                    "--lasts", "copy=30", "--lasts", "rebalance=30", "--lasts", "scale_in_after=60")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def site(cloud):
    return Site(cloud)


@pytest.fixture(autouse=True)
def _no_fault_is_left(request):
    yield
    if "cloud" in request.fixturenames:
        request.getfixturevalue("cloud").serin("DELETE", "faults")
