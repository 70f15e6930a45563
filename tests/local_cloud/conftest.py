"""Each test has a loopback network of its own."""

import pytest

from include.local_cloud.network import claim_network


@pytest.fixture
def network():
    name, claim = claim_network()
    yield name
    claim.close()
