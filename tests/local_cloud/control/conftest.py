"""One control process for all of these tests, at 300 AWS seconds a second, and one site in it."""

import pytest

from tests.local_cloud.control.cloud import Cloud
from tests.local_cloud.control.site import Site


@pytest.fixture(scope="session")
def cloud():
    lasts = {"boot": 30, "build": 30, "image": 240, "copy": 240, "shut_down": 240, "hook": 3000, "rebalance": 30,
             "scale_in_after": 60}
    running = Cloud("--scale", "300", *(f"--lasts={name}={seconds}" for name, seconds in lasts.items()))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def site(cloud):
    return Site(cloud)


@pytest.fixture(autouse=True)
def _nothing_is_left(request):
    yield
    if "cloud" in request.fixturenames:
        request.getfixturevalue("cloud").serin("DELETE", "faults")
    if "site" in request.fixturenames:
        request.getfixturevalue("site").clear()
