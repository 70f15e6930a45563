"""What every `Metrics` promises, of every kind."""

from contextlib import ExitStack
from datetime import timedelta

import numpy as np
import pytest

from include.domain.errors import Retryable
from tests.contract.contract_world import MIDNIGHT
from tests.contract.metric_stores import STORES

A, B = "api-prod-canary-v042", "api-prod-baseline-v042"


@pytest.fixture(params=[store for kind in STORES.values() for store in kind])
def world(request):
    with request.param(request) as made:
        yield made


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    """Servers of stores, each started when a test first asks for it."""
    with ExitStack() as running:
        servers = {}

        def of(start):
            if start not in servers:
                servers[start] = running.enter_context(start(tmp_path_factory.mktemp("store")))
            return servers[start]
        yield of


def written(world) -> None:
    for second in range(4):
        if second != 2:
            world.write_metric(A, MIDNIGHT + timedelta(seconds=second), {"requests.all": second, "cpu.percent": 30.0})
    world.write_metric(B, MIDNIGHT, {"requests.all": 7.0})


def test_all_are_on_one_grid_and_a_gap_is_nan(world):
    written(world)
    table = world.metrics.read([B, A], MIDNIGHT, MIDNIGHT + timedelta(seconds=4))
    assert (table.asgs, table.names, table.step_seconds) == ((B, A), ("cpu.percent", "requests.all"), 1)
    assert table.since == MIDNIGHT
    nan = np.nan
    np.testing.assert_array_equal(table.values, [[[nan] * 4, [7, nan, nan, nan]],
                                                 [[30, 30, nan, 30], [0, 1, nan, 3]]])


def test_names_that_are_asked_for_come_in_their_order_also_where_nothing_is(world):
    written(world)
    table = world.metrics.read([A], MIDNIGHT, MIDNIGHT + timedelta(seconds=2), ["nothing", "requests.all"])
    assert table.names == ("nothing", "requests.all")
    np.testing.assert_array_equal(table.values, [[[np.nan, np.nan], [0, 1]]])


def test_an_asg_that_nobody_measured_is_all_gaps(world):
    written(world)
    table = world.metrics.read(["nobody", A], MIDNIGHT, MIDNIGHT + timedelta(seconds=2), ["requests.all"])
    assert np.isnan(table.values[0]).all()
    assert table.values.shape == (2, 1, 2)


def test_a_time_before_anything_was_written_has_no_names(world):
    written(world)
    table = world.metrics.read([A], MIDNIGHT - timedelta(seconds=9), MIDNIGHT)
    assert table.names == ()


def test_names_with_characters_of_patterns_are_texts(world):
    world.write_metric("api.prod|v042", MIDNIGHT, {"gc.pause_ms{old}": 1.0, "a|b*": 2.0, 'say "so"\\': 3.0})
    world.write_metric("apixprod", MIDNIGHT, {"gcxpause_ms{old}": 9.0})
    table = world.metrics.read(["api.prod|v042"], MIDNIGHT, MIDNIGHT + timedelta(seconds=1))
    assert table.names == ("a|b*", "gc.pause_ms{old}", 'say "so"\\')
    table = world.metrics.read(["api.prod|v042"], MIDNIGHT, MIDNIGHT + timedelta(seconds=1), list(table.names))
    np.testing.assert_array_equal(table.values, [[[2], [1], [3]]])


def test_a_point_is_the_mean_of_its_samples_and_starts_at_a_whole_multiple_of_the_step(world):
    for second, value in ((-1, 90.0), (0, 10.0), (30, 20.0), (59, 60.0), (120, 7.0)):
        world.write_metric(A, MIDNIGHT + timedelta(seconds=second), {"cpu.percent": value})
    table = world.at_step(60).read([A], MIDNIGHT + timedelta(seconds=20), MIDNIGHT + timedelta(seconds=180))
    assert (table.since, table.step_seconds, table.names) == (MIDNIGHT, 60, ("cpu.percent",))
    np.testing.assert_array_equal(table.values, [[[30, np.nan, 7]]])


def test_a_thousand_metrics_of_two_asgs_are_read_whole(world):
    if world.is_slow:
        pytest.skip("it would take minutes")
    names = [f"latency_ms.endpoint{number:04}.p99" for number in range(1000)]
    for asg, more in ((A, 0), (B, 5000)):
        for second in (0, 2):
            at = MIDNIGHT + timedelta(seconds=second)
            world.write_metric(asg, at, {name: more + place + second for place, name in enumerate(names)})
    table = world.metrics.read([A, B], MIDNIGHT, MIDNIGHT + timedelta(seconds=3))
    assert table.names == tuple(names)
    place = np.arange(1000.0)
    gap = np.full(1000, np.nan)
    expected = [np.stack([more + place, gap, more + place + 2], axis=1) for more in (0, 5000)]
    np.testing.assert_array_equal(table.values, expected)
    again = world.metrics.read([A, B], MIDNIGHT, MIDNIGHT + timedelta(seconds=3), names[::-1])
    np.testing.assert_array_equal(again.values, table.values[:, ::-1])


@pytest.mark.parametrize(("asgs", "seconds", "names", "shape"), [
    ([], 3, ["cpu.percent"], (0, 1, 3)), ([A], 3, [], (1, 0, 3)), ([A], 0, ["cpu.percent"], (1, 1, 0))],
    ids=["no ASG", "no name", "no time"])
def test_nothing_asked_for_is_nothing(world, asgs, seconds, names, shape):
    written(world)
    assert world.metrics.read(asgs, MIDNIGHT, MIDNIGHT + timedelta(seconds=seconds), names).values.shape == shape


def test_a_store_that_does_not_answer_may_be_tried_again_and_is_never_empty(world):
    if not world.away:
        pytest.skip("it is no server")
    for names in (None, ["cpu.percent"]):
        with pytest.raises(Retryable):
            world.away.read([A], MIDNIGHT, MIDNIGHT + timedelta(seconds=3), names)


# --- instances

def of_instances(world) -> None:
    for instance, value in (("i-0b", 30.0), ("i-0a", 20.0), ("i-0c", 40.0)):
        for second in range(3):
            if (instance, second) != ("i-0b", 1):
                world.write_metric(A, MIDNIGHT + timedelta(seconds=second), {"cpu.percent": value + second}, instance)
    world.write_metric(A, MIDNIGHT + timedelta(seconds=2), {"a.requests": 5.0}, "i-0a")
    world.write_metric(B, MIDNIGHT, {"cpu.percent": 99.0}, "i-0d")


def instances(world, *names: str, asg: str = A, most: int = 16, upto: int = 3):
    return world.metrics.read_instances(asg, MIDNIGHT, MIDNIGHT + timedelta(seconds=upto), names or None, most)


def test_the_instances_of_one_asg_are_on_one_grid_in_the_order_of_their_ids(world):
    of_instances(world)
    table = instances(world)
    assert (table.asg, table.instances, table.names) == (A, ("i-0a", "i-0b", "i-0c"), ("a.requests", "cpu.percent"))
    assert (table.since, table.step_seconds) == (MIDNIGHT, 1)
    nan = np.nan
    np.testing.assert_array_equal(table.values, [[[nan, nan, 5], [20, 21, 22]], [[nan] * 3, [30, nan, 32]],
                                                 [[nan] * 3, [40, 41, 42]]])


def test_names_of_instances_come_as_they_are_asked_for(world):
    of_instances(world)
    table = instances(world, "nothing", "cpu.percent")
    assert (table.instances, table.names) == (("i-0a", "i-0b", "i-0c"), ("nothing", "cpu.percent"))
    assert np.isnan(table.values[:, 0]).all()
    assert np.isfinite(table.values[0, 1]).all()


def test_of_many_instances_the_first_are_read(world):
    of_instances(world)
    assert instances(world, most=2).instances == ("i-0a", "i-0b")


def test_an_instance_that_wrote_nothing_any_more_is_gone(world):
    if world.lists_the_gone:
        pytest.skip("what is listed there may be hours old")
    for second in (0, 1200):
        world.write_metric(A, MIDNIGHT + timedelta(seconds=second), {"cpu.percent": 1.0}, "i-0b")
    world.write_metric(A, MIDNIGHT, {"cpu.percent": 1.0}, "i-0a")
    assert instances(world, upto=1201).instances == ("i-0b",)


def test_without_series_of_instances_the_table_has_none(world):
    written(world)
    table = instances(world, "cpu.percent")
    assert (table.instances, table.values.shape) == ((), (0, 1, 3))
