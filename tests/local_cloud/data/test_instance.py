"""How long a request keeps a slot busy, and when an instance stands still."""

import random
from statistics import fmean, stdev

import pytest

from include.local_cloud.behaviour import Behaviour, Stall
from include.local_cloud.data import calls
from include.local_cloud.data.instance import service_seconds, stalls


@pytest.mark.parametrize("spread", [0, 0.25, 0.8])
def test_a_spread_does_not_move_the_mean(spread):
    """So that capacity stays slots ÷ service time."""
    chance, behaviour = random.Random(3), Behaviour(service_ms=80, spread=spread)
    picked = chance.choices(range(len(calls.WEIGHTS)), calls.WEIGHTS, k=20_000)
    taken = [service_seconds(behaviour, call, chance) for call in picked]

    assert fmean(taken) == pytest.approx(0.080, rel=0.02)


def test_a_wider_spread_is_wider():
    def spread(declared):
        chance = random.Random(3)
        return stdev(service_seconds(Behaviour(spread=declared), 0, chance) for _ in range(2000))

    assert spread(0) == 0
    assert spread(0.5) > 1.5 * spread(0.25)


@pytest.mark.parametrize(("up", "still_for"), [
    (0, 0), (0.5, 0), (59.9, 0), (60, 2), (61.5, 0.5), (62, 0), (119, 0), (121, 1)])
def test_an_instance_stands_still_each_time_that_it_has_served_for_so_long(up, still_for):
    assert stalls(Stall(every_seconds=60, seconds=2), up) == pytest.approx(still_for)


def test_one_that_never_does_never_does():
    assert stalls(Stall(), 10_000) == 0
