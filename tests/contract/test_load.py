"""What every `Load` promises."""

import pytest

from include.domain.load import LoadPlan, Request
from include.domain.red_black.versions import Said

MIX = (Request("/home", 0.5), Request("/play", 0.5))


def drive(world, said=None, port=None, rps=40.0, seconds=1.0):
    instance = world.one(world.asg).instances[0].id
    port = world.answers(instance, said) if said else port
    return world.load.drive(instance, LoadPlan(port, MIX, 32, 2.0), rps, seconds)


def test_an_instance_that_answers_is_sent_about_what_was_asked_for_and_nothing_failed(world):
    found = drive(world, Said(200, {}, "hello"))
    assert 15 <= found.sent <= 75
    assert (found.failed, found.seconds) == (0, 1.0)
    assert found.answered <= found.sent == len(found.latencies_ms)
    assert found.answered >= 0.5 * found.sent
    assert all(0 < latency < 2000 for latency in found.latencies_ms)


@pytest.mark.parametrize("status", [500, 404])
def test_what_it_refuses_failed(world, status):
    found = drive(world, Said(status, {}, "no"))
    assert found.failed == found.sent > 0
    assert found.answered == 0


def test_a_redirect_is_an_answer_and_is_not_followed(world):
    assert drive(world, Said(302, {"location": "http://127.0.0.1:9/"}, "")).failed == 0


def test_an_instance_on_which_nothing_listens_is_told_and_is_no_error(world):
    world.unheard(world.one(world.asg).instances[0].id)
    found = drive(world, port=18_099, rps=10.0)
    assert found.failed == found.sent > 0
    assert found.answered == 0
    assert len(found.latencies_ms) == found.sent
