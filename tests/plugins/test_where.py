"""Every environment and region that the service declares is asked."""

import pytest

from plugins import wiring
from plugins.where import where_is
from tests.world.declared import elsewhere, service
from tests.world.world import World


@pytest.fixture
def world(monkeypatch):
    made = World(service(regions=2, environments=elsewhere("test")))
    made.beside("test")

    class Ports:
        def __init__(self, _, environment, region):
            here = made if environment == "prod" else made.elsewhere[environment]
            vars(self).update(here.ports(region or "us-east-1"))
    monkeypatch.setattr(wiring, "declared", lambda name: made.service)
    monkeypatch.setattr(wiring, "ports", Ports)
    return made


def test_a_commit_is_looked_for_in_every_declared_cluster(world):
    commit = world.branches.head("prod")
    [found] = where_is("api", commit[:7]).commits
    assert [(place.environment, place.region, place.instances) for place in found.places] == [
        ("prod", "us-east-1", 4), ("prod", "us-west-2", 4), ("test", "us-east-1", 2)]
