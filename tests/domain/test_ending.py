"""How a push ended, from what it left in each region."""

import pytest

from include.domain.ending import ending
from include.domain.push import PushEnd
from include.domain.standing import End, Standing

A, B, C = "us-east-1", "us-west-2", "eu-west-1"


@pytest.mark.parametrize(("ends", "end", "regions"), [
    pytest.param({A: End.COMPLETE, B: End.COMPLETE}, PushEnd.SUCCESS, (A, B), id="all run the new AMI"),
    pytest.param({A: End.UNDONE, B: End.UNTOUCHED}, PushEnd.FAILURE_CLEAN, (), id="all run the older one"),
    pytest.param({A: End.COMPLETE, B: End.UNDONE}, PushEnd.FAILURE_DIRTY, (A,), id="regions on two AMIs"),
    pytest.param({A: End.UNTOUCHED, B: End.LEFT}, PushEnd.FAILURE_DIRTY, (), id="something is left"),
])
def test_the_end_is_what_the_regions_run(ends, end, regions):
    found = ending("api-1", {region: Standing(stands, f"{region} is so") for region, stands in ends.items()})
    assert (found.end, found.regions) == (end, regions)


def test_regions_on_two_amis_say_both_ways_out():
    found = ending("api-1", {A: Standing(End.COMPLETE), B: Standing(End.COMPLETE), C: Standing(End.UNDONE)})
    assert found.left == ("us-east-1 and us-west-2 run the new AMI and eu-west-1 does not: push again, or roll back "
                          "api-1 in us-east-1 and us-west-2",)


def test_what_is_left_in_a_region_is_said_first():
    found = ending("api-1", {A: Standing(End.COMPLETE), B: Standing(End.LEFT, "v041 is disabled")})
    assert found.left[0] == "v041 is disabled"
