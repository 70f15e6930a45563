"""How long a wait is waited."""

from datetime import UTC, datetime, timedelta

import pytest

from include.domain.errors import GaveUp
from include.domain.looks import Look, pause, wait_or_give_up

BEGAN = datetime(2026, 11, 3, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def waits(look):
    return wait_or_give_up("3 of 4 in service", look, look_every=MINUTE, limit=40 * MINUTE)


def test_a_wait_says_when_it_gives_up_and_looks_a_last_time_then():
    wait = waits(Look(BEGAN + 39.5 * MINUTE, BEGAN))

    assert (wait.reason, wait.since) == ("3 of 4 in service", BEGAN)
    assert wait.next_look == wait.gives_up == BEGAN + 40 * MINUTE


def test_it_gives_up_with_the_reason_once_its_limit_has_passed():
    with pytest.raises(GaveUp, match="gave up after 0:40:00: 3 of 4 in service"):
        waits(Look(BEGAN + 40 * MINUTE, BEGAN))


def test_what_nobody_saw_is_no_reason_to_give_up():
    night = timedelta(hours=9)

    assert waits(Look(BEGAN + 10 * MINUTE + night, BEGAN, unseen=night)).gives_up == BEGAN + 40 * MINUTE + night
    with pytest.raises(GaveUp):
        waits(Look(BEGAN + 40 * MINUTE + night, BEGAN, unseen=night))


@pytest.mark.parametrize(("waited", "unseen", "seconds"), [
    pytest.param(0, 0, 5, id="at once"), pytest.param(12, 0, 5, id="never under the least"),
    pytest.param(60, 0, 15, id="a quarter of what was waited"), pytest.param(3600, 0, 60, id="never over the most"),
    pytest.param(3620, 3600, 5, id="time that nobody saw was not waited")])
def test_looks_are_often_at_first_and_then_less_so(waited, unseen, seconds):
    look = Look(BEGAN + timedelta(seconds=waited), BEGAN, timedelta(seconds=unseen))
    assert pause(look, least=timedelta(seconds=5), most=timedelta(minutes=1)) == timedelta(seconds=seconds)
