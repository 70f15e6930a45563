"""A person keeps a push."""

import pytest

from include.domain import asg_tags
from include.domain.errors import Refused
from include.steps.undoing.keep import keep
from tests.steps.ready import HERE, planned, ready


def kept(world, reason="a known false alarm"):
    return keep("Ada", reason, world.service, "prod", HERE, world.clusters[HERE])


def test_the_new_asg_says_who_keeps_it_and_why():
    world, _, found = planned("holds")
    assert kept(world, "it's <known>") == "api-prod-v042 is kept in us-east-1, whatever its watch sees"
    assert world.regions[HERE].groups[found.new].tags[asg_tags.KEPT] == "Ada: it_s _known_"


@pytest.mark.parametrize("when", ["before a push", "after it", "after a rollback"])
def test_where_no_push_is_on_its_way_there_is_nothing_to_keep(when):
    world, flow = ready()
    if when != "before a push":
        flow.region(flow.pushed_commit(), HERE, until="holds" if when == "after a rollback" else "")
        if when == "after a rollback":
            flow.roll_back(HERE)
    with pytest.raises(Refused, match="no push of api-prod is on its way in us-east-1"):
        kept(world)
