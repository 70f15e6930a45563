"""What the live view reads, and what it makes of it."""

import json
from datetime import UTC, datetime

import pytest

from include.demo.feed import Feed, hours, served
from include.domain.push import Event, PushEnd

AT = datetime(2026, 1, 13, 12, tzinfo=UTC)


class Archive:
    """The port, in a dict; counts what is read."""

    def __init__(self):
        self.kept, self.read = {}, []

    def keys(self, prefix):
        return sorted(key for key in self.kept if key.startswith(prefix))

    def get(self, key):
        self.read.append(key)
        return self.kept.get(key)

    def add(self, push_id, number, **facts):
        event = {"push_id": push_id, "at": AT.isoformat(), "task": "t", "region": "", "state": "done", "text": "",
                 "score": None} | facts
        self.kept[f"pushes/api/{push_id}/events/{number:03}.json"] = json.dumps(event).encode()


@pytest.fixture
def archive():
    return Archive()


@pytest.fixture
def feed(archive):
    return Feed("http://control", "http://data", archive, "api", ["us-east-1"])


def data(asgs, sent=100, failed=0, in_peak=()):
    return {"asgs": asgs, "requests": {"sent": sent, "failed": failed, "last_second": {"sent": 9}},
            "market_hours": {"us_east": "Tue 18:40"}, "in_peak": list(in_peak)}


def test_failures_are_split_by_who_gave_the_answer():
    region = data({"api-prod-v041": {"served": 70, "failed": 1}, "api-prod-canary-v042": {"served": 18, "failed": 2},
                   "api-prod-baseline-v042": {"served": 6, "failed": 3}}, failed=6)

    assert served(region).canary_requests == 20
    assert served(region).failed_outside == 4


def test_a_region_tells_its_markets_hour_and_its_peak():
    assert hours(data({})) == "Tue 18:40"
    assert hours(data({}, in_peak=["us_east"])) == "Tue 18:40 peak"


def test_an_event_is_read_once(feed, archive):
    archive.add("api-1", 1, text="first")
    feed.story("api-1")
    archive.add("api-1", 2, text="second")

    assert [event.text for event in feed.story("api-1").events] == ["first", "second"]
    assert len(archive.read) == 2


def test_an_event_is_the_same_as_when_it_was_written(feed, archive):
    archive.add("api-1", 1, text="so far", score=96.5, of_a_later_version=1)

    assert feed.story("api-1").events == (Event("api-1", AT, "t", "", "done", "so far", 96.5),)


def test_pushes_are_told_apart(feed, archive):
    archive.add("api-20260113T120000-aaaaaa", 1)
    archive.add("api-20260113T130000-000000", 1)

    assert feed.pushes() == ["api-20260113T120000-aaaaaa", "api-20260113T130000-000000"]
    assert len(feed.story("api-20260113T120000-aaaaaa").events) == 1


def test_a_push_has_no_record_until_it_ended(feed, archive):
    assert feed.record("api-1") is None

    archive.kept["pushes/api/api-1/record.json"] = json.dumps(
        {"push_id": "api-1", "end": "FailureClean", "reason": "no-go", "started_at": AT.isoformat(),
         "ended_at": AT.isoformat()}).encode()

    assert feed.record("api-1").end == PushEnd.FAILURE_CLEAN


def test_the_pushes_of_an_environment_are_its_own(archive):
    for push_id in ("api-1-a", "api-2-b-test", "api-3-c-staging"):
        archive.add(push_id, 1)
    assert {name: Feed("http://control", "http://data", archive, "api", ["us-east-1"], name).pushes()
            for name in ("prod", "test", "integration")} == {
        "prod": ["api-1-a"], "test": ["api-2-b-test"], "integration": []}
