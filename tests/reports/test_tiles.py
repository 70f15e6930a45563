"""The grid: what matters is up and left, and a tile can be read without colour."""

from itertools import permutations

import pytest

from include.domain.scoring.readings import Reading, State
from include.reports.tiles import SIGNS, shade, tiles


def reading(name: str, tier: str = "normal", group: str = "machine", state: str = "same", ratio: float | None = 1.0):
    return Reading(name, state, tier, group, "higher", ratio, 0.0, f"{state}: {name}")


def order(readings) -> list[str]:
    return [tile.reading.name for _, some in tiles(readings) for tile in some]


def test_what_is_worth_more_comes_first():
    assert order([reading("d", "low"), reading("b", "high"), reading("c"), reading("a", "critical")]) == list("abcd")


def test_a_group_stays_together_and_the_one_worth_most_is_first():
    readings = [reading("a", group="small"), reading("c", group="great"), reading("b", group="small"),
                reading("d", group="great"), reading("e", "high", "great")]
    assert order(readings) == ["e", "c", "d", "a", "b"]


def test_the_order_of_the_readings_and_their_states_move_no_tile():
    readings = [reading("a", group="x"), reading("b", "high", "y"), reading("c", group="y"), reading("d", group="x")]
    orders = {tuple(order([one._replace(state=state) for one, state in zip(some, ("hot", "cold", "same", "no data"),
                                                                          strict=True)]))
              for some in permutations(readings)}
    assert len(orders) == 1


def test_every_state_has_a_sign_of_its_own():
    assert set(SIGNS) == set(State)
    assert len(set(SIGNS.values())) == len(State)


@pytest.mark.parametrize(("state", "ratio", "deep"), [
    ("hot", 1.04, 0), ("hot", 1.1, 1), ("hot", 1.3, 2), ("hot", 1.6, 3), ("hot", 9.0, 4), ("cold", 1 / 1.3, 2),
    ("cold", 0.1, 4), ("hot", None, 4), ("cold", 0.0, 4), ("same", 3.0, 0), ("no data", None, 0), ("noisy", 2.5, 0)])
def test_the_further_apart_the_darker(state, ratio, deep):
    assert shade(ratio, state) == deep




@pytest.mark.parametrize("ratio", [1.07, 1.4, 1.9, 2.5])
def test_twice_and_half_are_as_dark(ratio):
    assert shade(ratio, "hot") == shade(1 / ratio, "cold")
