"""When a task looked outlives its process, and so does how long nobody looked."""

from datetime import timedelta

import pytest

from plugins.operators.looks import Looks
from tests.plugins.context import BEGAN, Task

SECOND = timedelta(seconds=1)
NIGHT = timedelta(hours=9)


def after(seconds):
    return BEGAN + seconds * SECOND


@pytest.fixture
def task():
    return Task()


def looks(task, now):
    """As a process of the task finds them that begins now."""
    return Looks(task.context, now)


def test_the_first_look_is_told_from_those_of_a_task_that_came_back(task):
    assert looks(task, BEGAN).is_first
    assert not looks(task, after(600)).is_first
    assert looks(task, after(600)).look(after(600)).since == BEGAN


def test_a_task_that_was_deferred_and_comes_back_in_time_has_missed_nothing(task):
    looks(task, BEGAN).due(after(600))

    assert looks(task, after(605)).look(after(605)).unseen == timedelta()


def test_a_task_that_comes_back_after_a_night_has_not_seen_the_night(task):
    looks(task, BEGAN).due(after(600))
    back = after(600) + NIGHT

    assert looks(task, back).look(back).unseen == NIGHT


def test_what_was_not_seen_adds_up(task):
    looks(task, BEGAN).due(after(600))
    back = after(600) + NIGHT
    second = looks(task, back)
    second.look(back)
    second.due(back + 600 * SECOND)
    again = back + 600 * SECOND + NIGHT

    assert looks(task, again).look(again).unseen == 2 * NIGHT


def test_a_task_that_looks_every_second_and_dies_has_seen_all_but_the_last_seconds(task):
    alive = looks(task, BEGAN)
    for second in range(300):
        assert alive.look(after(second)).unseen == timedelta()
        alive.due(after(second + 1))
    back = after(300) + NIGHT

    unseen = looks(task, back).look(back).unseen

    assert NIGHT <= unseen <= NIGHT + 10 * SECOND


def test_a_task_that_looks_every_second_does_not_write_that_down_every_second(task):
    written = []
    task.context["task_state_store"].set = lambda key, value: written.append(key)
    alive = looks(task, BEGAN)
    for second in range(60):
        alive.look(after(second))
        alive.due(after(second + 1))

    assert 5 <= len(written) <= 8


def test_a_task_that_a_person_clears_begins_anew(task):
    looks(task, BEGAN).due(after(600))
    task.ti.max_tries += 12
    cleared = looks(task, after(900))

    assert cleared.is_first
    assert cleared.look(after(900)).since == after(900)


def test_without_a_store_each_process_begins_anew(task):
    del task.context["task_state_store"]

    assert looks(task, after(5)).look(after(5)).since == after(5)
