"""What every `Alarms` promises."""

from uuid import uuid4

import pytest

from include.domain.errors import BadInput


def names(*kinds):
    unique = uuid4().hex[:8]
    return [f"{kind}-{unique}" for kind in kinds]


def test_alarms_are_told_in_the_order_asked_for_with_their_states(world):
    errors, latency, quiet = names("errors", "latency", "quiet")
    for name, state in ((errors, "OK"), (latency, "ALARM"), (quiet, "INSUFFICIENT_DATA")):
        world.set_alarm(name, state)
    found = world.alarms.read([quiet, errors, latency])
    assert [(alarm.name, alarm.fires, alarm.is_known) for alarm in found] == [
        (quiet, False, False), (errors, False, True), (latency, True, True)]
    assert found[2].reason


def test_an_alarm_that_recovers_is_told_so(world):
    name, = names("errors")
    for state in ("ALARM", "OK"):
        world.set_alarm(name, state)
    assert not world.alarms.read([name])[0].fires


def test_an_alarm_that_nobody_made_is_named(world):
    there, nobody = names("errors", "nobody")
    world.set_alarm(there, "OK")
    with pytest.raises(BadInput, match=nobody):
        world.alarms.read([there, nobody])


def test_nothing_is_asked_for_no_names(world):
    assert world.alarms.read([]) == []


def test_more_than_a_hundred_are_told_all(world):
    many = names(*(f"errors{number:03}" for number in range(101)))
    for name in many:
        world.set_alarm(name, "OK")
    assert [alarm.name for alarm in world.alarms.read(many)] == many
