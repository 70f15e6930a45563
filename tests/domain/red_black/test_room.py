"""What is missing for a new ASG beside the one that runs."""

import pytest

from include.domain.red_black.room import Balancer, Room, missing


def room(free=(10, 10), targets=4, groups=1, most=1000, asgs=1, most_asgs=500):
    return Room(dict(zip(("subnet-a", "subnet-b"), free, strict=False)),
                (Balancer("api-prod", groups, targets, most),), asgs, most_asgs)


@pytest.mark.parametrize("there", [
    pytest.param(room(free=(5, 0)), id="exactly as many addresses, in one subnet"),
    pytest.param(room(targets=995), id="exactly as many targets"),
    pytest.param(room(most=None), id="AWS does not say how many targets it allows"),
    pytest.param(room(asgs=499), id="one more ASG")])
def test_what_fits_exactly_fits(there):
    assert missing(there, "api-prod-v042", 5) == []


@pytest.mark.parametrize(("there", "says"), [
    pytest.param(room(free=(3, 1)), "api-prod-v042 needs 5 addresses, and 4 are free in its subnets "
                                    "(subnet-a has 3, subnet-b has 1)", id="addresses"),
    pytest.param(room(free=()), "api-prod-v042 needs 5 addresses, and 0 are free in its subnets (it has none)",
                 id="no subnet at all"),
    pytest.param(room(targets=996), "api-prod-v042 needs 5 more targets, and load balancer api-prod has 996 of 1000 "
                                    "that AWS allows", id="targets"),
    pytest.param(room(targets=991, groups=2), "api-prod-v042 needs 10 more targets, and load balancer api-prod has 991 "
                                              "of 1000 that AWS allows", id="two target groups count twice"),
    pytest.param(room(asgs=500), "api-prod-v042 would be one ASG too many: there are 500, AWS allows 500", id="ASGs")])
def test_what_is_missing_is_said_with_names_and_numbers(there, says):
    assert missing(there, "api-prod-v042", 5) == [says]


def test_all_that_is_missing_is_said_at_once():
    assert len(missing(room(free=(1,), targets=1000, asgs=500), "api-prod-v042", 5)) == 3
