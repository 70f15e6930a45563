"""What every `Archive` promises."""

from datetime import UTC, datetime, timedelta

import pytest

from include.domain.errors import Refused
from include.domain.push import Event

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVENT = Event("api-1", AT, "us_east_1.plan", "us-east-1", "waits", "waits for <b>", 97.5)


def test_events_come_back_as_they_were_said_the_oldest_first_and_once(world):
    later = Event("api-1", AT + timedelta(seconds=1), "us_east_1.plan", "", "done", "")
    for event in (later, EVENT, EVENT):
        world.archive.append(event, "api")
    world.archive.append(Event("api-2", AT, "start_push", "", "started", ""), "api")
    assert world.archive.events("api", "api-1") == [EVENT, later]
    assert world.archive.events("api", "nobody") == []


def test_what_was_put_is_there_with_an_address(world):
    assert world.archive.get("pushes/api/1/record.json") is None
    assert world.archive.put("pushes/api/1/record.json", b"{}", "application/json").endswith("record.json")
    assert world.archive.get("pushes/api/1/record.json") == b"{}"


def test_the_same_again_is_no_error_and_another_is_refused(world):
    key = "pushes/api/1/record.json"
    assert world.archive.put(key, b"a", "text/plain") == world.archive.put(key, b"a", "text/plain")
    with pytest.raises(Refused, match=r"record\.json"):
        world.archive.put(key, b"b", "text/plain")
    assert world.archive.get(key) == b"a"


def test_keys_are_listed_by_their_beginning(world):
    for key in ("pushes/api/2/b", "pushes/api/1/a", "pushes/apix/1/a"):
        world.archive.put(key, b"", "text/plain")
    assert world.archive.keys("pushes/api/") == ["pushes/api/1/a", "pushes/api/2/b"]


def test_folders_are_the_names_right_below_and_nothing_of_what_is_in_them(world):
    for key in ("pushes/api/2/events/x", "pushes/api/1/record.json", "pushes/api/1/push.html", "pushes/apix/3/a",
                "pushes/api/loose"):
        world.archive.put(key, b"", "text/plain")
    assert world.archive.folders("pushes/api/") == ["1", "2"]
    assert world.archive.folders("pushes/nobody/") == []
