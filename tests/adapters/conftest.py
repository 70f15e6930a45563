import pytest

from tests.adapters.cloud import Cluster, Session, control_process, furnished


@pytest.fixture(scope="session")
def endpoint():
    with control_process() as endpoint:
        yield endpoint


@pytest.fixture
def session(endpoint) -> Session:
    return Session(endpoint)


@pytest.fixture
def cluster(session) -> Cluster:
    return furnished(session)
