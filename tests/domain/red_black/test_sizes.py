"""Sizes of ASGs, as decided, as recorded, as read back."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain import asg_tags
from include.domain.errors import BadInput
from include.domain.red_black.sizes import Sizes, new_size, next_batch, recorded_sizes, sizes_of
from tests.domain.red_black.asgs import asg


@pytest.mark.parametrize(("in_service", "percent", "size"), [
    (100, 10, 110), (4, 10, 5), (1, 10, 2), (10, 0, 10), (10, 100, 20), (0, 10, 0), (1000, 7, 1070)])
def test_the_new_size_is_whole_and_rounded_up(in_service: int, percent: int, size: int):
    assert new_size(in_service, percent) == size


@given(st.integers(0, 5000), st.integers(0, 100))
def test_the_new_size_never_has_less_than_the_extra_nor_one_too_many(in_service: int, percent: int):
    size = new_size(in_service, percent)
    assert size * 100 >= in_service * (100 + percent) > (size - 1) * 100


@given(st.integers(1, 500), st.integers(1, 100))
def test_batches_reach_the_size_and_never_pass_it(size: int, percent: int):
    current, batches = 0, 0
    while current < size:
        current, batches = next_batch(current, size, percent), batches + 1
        assert current <= size
    assert batches <= math.ceil(100 / percent)


def test_a_batch_never_takes_instances_away():
    assert next_batch(7, 5, 50) == 7


@given(st.builds(Sizes, st.integers(0, 999), st.integers(0, 999), st.integers(0, 999)))
def test_sizes_are_read_back_from_their_tag(sizes: Sizes):
    assert recorded_sizes(asg(tags={asg_tags.SIZES: str(sizes)})) == sizes


def test_sizes_without_a_tag_are_unknown_and_those_of_the_asg_are_plain():
    assert recorded_sizes(asg()) is None
    assert sizes_of(asg()) == Sizes(2, 8, 4)


@pytest.mark.parametrize("text", ["4/8", "4/8/x", "4/-8/4", "four"])
def test_a_tag_that_is_no_sizes_is_refused(text: str):
    with pytest.raises(BadInput, match="serin:sizes"):
        recorded_sizes(asg(tags={asg_tags.SIZES: text}))
