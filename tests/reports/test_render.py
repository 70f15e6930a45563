"""The pages: readable, whole in one file, and nothing that people wrote becomes markup."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from include.domain.push import Event, PushRecord
from include.reports.render import push_report

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
HOSTILE = '"><script>alert(1)</script>{{ 7 * 7 }}<img src=x onerror=alert(2)>\'&'
RECORD = PushRecord("api-20260105t120000-abc123", "api", "prod", "patch", "0123456789abcdef", "api-0123456789ab",
                    "Success", "all 2 regions run v042", "us-east-1,us-west-2", 98.5, "alice", NOON,
                    NOON + timedelta(hours=11))
EVENTS = [Event(RECORD.push_id, NOON + timedelta(minutes=2), "plan", "us-east-1", "waits", "us_east is in its peak"),
          Event(RECORD.push_id, NOON + timedelta(minutes=1), "bake", "", "waits", "bakes", 97.25),
          Event(RECORD.push_id, NOON + timedelta(minutes=3), "plan", "us-east-1", "done", "5 instances")]


PAGE = pytest.fixture(lambda: push_report(RECORD, EVENTS, "./canary.html"), name="page")


def test_the_pushs_page_says_its_end_its_regions_and_all_that_happened_in_order():
    page = push_report(RECORD, EVENTS)
    assert page.index("Success") < page.index("us-east-1") < page.index("Timeline")
    timeline = page[page.index("Timeline"):]
    assert timeline.index("12:01:00") < timeline.index("12:02:00") < timeline.index("12:03:00")
    assert "score 97.25" in timeline
    assert "12:03:00 plan done: 5 instances" in page


def test_a_region_that_was_begun_and_is_not_new_is_as_before():
    page = push_report(replace(RECORD, end="FailureClean", regions=""), EVENTS)
    assert re.search(r">as before</span><div>us-east-1", page)


def test_a_push_that_failed_before_anything_has_a_page_too():
    page = push_report(replace(RECORD, end="FailureClean", regions="", ami="", commit="", score=None), [])
    assert "No region was begun." in page
    assert "No event was recorded." in page


def test_a_page_needs_nothing_from_elsewhere(page: str):
    assert not re.search(r"(src|href)\s*=\s*[\"']?(https?:)?//", page)
    assert not re.search(r"<(script|link|iframe|img)|@import|url\(", page)
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page


def test_a_page_fits_a_phone_and_the_dark(page: str):
    assert 'name="viewport" content="width=device-width' in page
    assert "prefers-color-scheme: dark" in page
    assert page.startswith("<!doctype html>")


def harmless(page: str) -> bool:
    return not re.search(r"<script|<img|49\b", page) and "&lt;script&gt;" in page


@pytest.mark.parametrize("field", ["reason", "commit", "started_by", "ami", "regions", "end"])
def test_a_hostile_record_is_only_text(field: str):
    assert harmless(push_report(replace(RECORD, **{field: HOSTILE}), EVENTS))


@pytest.mark.parametrize("field", ["text", "task", "region", "state"])
def test_a_hostile_event_is_only_text(field: str):
    assert harmless(push_report(RECORD, [replace(EVENTS[0], **{field: HOSTILE})]))


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "", "file:///etc/passwd", "s3://b/k"])
def test_only_an_address_that_a_browser_may_open_becomes_a_link(address: str):
    assert "<a " not in push_report(RECORD, EVENTS, address)


def test_the_pushs_page_says_how_often_aws_was_called_and_for_what():
    called = replace(RECORD, aws_calls=1215, aws_operations="elbv2.DescribeTargetHealth 1203, s3.PutObject 12")
    page = push_report(called, EVENTS)
    assert "1,215 by the tasks before this page" in page
    assert re.search(r"1,203</span><div>elbv2.DescribeTargetHealth", page)
    assert "By operation" not in push_report(RECORD, EVENTS)


def test_the_page_names_every_commit_that_came_with_the_push():
    page = push_report(replace(RECORD, previous="f" * 40, commits="aaaaaaaaaaaa,<b>bbbbbbbbb"), EVENTS)
    assert "2 commits since ffffffffffff: aaaaaaaaaaaa, &lt;b&gt;bbbbbbbbb" in page
    assert "Came with it" not in push_report(RECORD, EVENTS)


@pytest.mark.parametrize(("kind", "end", "says"), [
    ("deploy", "Success", '<p class="soft">Deploy · api · '), ("patch", "Success", '<p class="soft">Push · api · '),
    ("patch", "Superseded", '<div class="word soft">Superseded</div>')])
def test_the_page_says_what_it_is_of_and_a_push_that_gave_way_is_no_failure(kind, end, says):
    assert says in push_report(replace(RECORD, kind=kind, end=end), EVENTS)
