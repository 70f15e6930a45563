"""How a cluster stands, from its ASGs and tags alone."""

from datetime import timedelta

import pytest

from include.domain import asg_tags
from include.domain.cluster import Activity
from include.domain.errors import Refused
from include.domain.standing import End, baseline_of, red, repeated_failure, running, stands
from tests.domain.marked import BLACK, MINE, NOW, asg, tagged

RESTORED = MINE | {asg_tags.ROLE: "restored"}
V041, V042, MINE_042 = asg("api-prod-v041"), asg("api-prod-v042"), tagged("api-prod-v042", MINE)


def test_a_canary_a_black_one_an_empty_one_and_one_that_goes_take_no_traffic():
    others = [tagged("api-prod-v040", BLACK), asg("api-prod-v043", desired=0), asg("api-prod-v044", deleting=True),
              asg("api-prod-canary-v042"), asg("api-production-v001")]
    assert red([*others, V041], "api-prod") == [V041]
    assert running([*others, V041], "api-prod", "us-east-1") == V041


@pytest.mark.parametrize(("asgs", "says"), [
    ([], "api-prod has no ASG that takes traffic in us-east-1"),
    ([V041, V042], r"2 ASGs of api-prod take traffic in us-east-1 \(api-prod-v041, api-prod-v042\)"),
])
def test_there_must_be_exactly_one(asgs, says):
    with pytest.raises(Refused, match=says):
        running(asgs, "api-prod", "us-east-1")


def test_the_baseline_of_a_push_is_the_one_it_disabled_also_where_others_take_traffic():
    black = tagged("api-prod-v041", BLACK)
    assert baseline_of([black, MINE_042], "api-prod", "mine", "us-east-1") == black
    assert baseline_of([V041, MINE_042], "api-prod", "mine", "us-east-1") == V041


@pytest.mark.parametrize(("asgs", "end", "says"), [
    pytest.param([V041], End.UNTOUCHED, "", id="nothing was made"),
    pytest.param([MINE_042], End.COMPLETE, "us-east-1 runs api-prod-v042", id="only the new one is there"),
    pytest.param([asg("api-prod-v041", deleting=True), MINE_042], End.COMPLETE, "us-east-1 runs api-prod-v042",
                 id="the baseline is being deleted"),
    pytest.param([V041, MINE_042], End.LEFT, "api-prod-v042 and api-prod-v041 are both left", id="both take traffic"),
    pytest.param([tagged("api-prod-v041", BLACK), MINE_042], End.LEFT, "api-prod-v041 is disabled",
                 id="the baseline waits"),
    pytest.param([tagged("api-prod-v042", MINE, {asg_tags.SIZES: "1/2/2"})], End.LEFT, "is pinned", id="pinned"),
    pytest.param([V041, tagged("api-prod-v042", MINE, BLACK)], End.UNDONE, "api-prod-v041 takes the traffic",
                 id="rolled back"),
    pytest.param([tagged("api-prod-v041", {asg_tags.SIZES: "1/2/2"}), tagged("api-prod-v042", MINE, BLACK)], End.LEFT,
                 "its baseline is not back", id="rolled back but still pinned"),
    pytest.param([MINE_042, tagged("api-prod-v043", RESTORED, {asg_tags.SIZES: "1/2/2"}, desired=0)], End.LEFT,
                 "api-prod-v043 is to take the traffic of us-east-1", id="its baseline is being launched again"),
    pytest.param([tagged("api-prod-v042", MINE, BLACK), tagged("api-prod-v043", RESTORED)], End.UNDONE,
                 "api-prod-v043 takes the traffic", id="its baseline was launched again"),
    pytest.param([V041, tagged("api-prod-canary-v042", MINE | {asg_tags.ROLE: "canary"})], End.LEFT,
                 "api-prod-canary-v042 are left in us-east-1", id="a canary is left"),
])
def test_what_a_push_left_in_a_region(asgs, end, says):
    found = stands(asgs, "api-prod", "mine", "us-east-1")
    assert found.end == end
    assert says in found.what


def failed(second: float, message: str = "no capacity", status: str = "Failed") -> Activity:
    return Activity(str(second), status, message, NOW + timedelta(seconds=second), 100)


@pytest.mark.parametrize(("activities", "found"), [
    pytest.param([], ("", 0), id="none"),
    pytest.param([failed(1, status="Successful")], ("", 0), id="a success"),
    pytest.param([failed(-5)], ("", 0), id="before the look"),
    pytest.param([failed(1), failed(1.2), failed(1.4)], ("no capacity", 1), id="three instances at one time"),
    pytest.param([failed(9), failed(5), failed(1)], ("no capacity", 3), id="three times"),
    pytest.param([failed(9, "no address"), failed(5), failed(1)], ("no address", 1), id="the newest counts"),
])
def test_a_failure_is_counted_by_the_times_at_which_it_came(activities, found):
    assert repeated_failure(activities, NOW) == found
