"""The question to a person, in Markdown, with what others wrote in it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from include.domain.approval import Evidence, body, quoted, subject
from include.domain.region_slots import RegionSlot

NOW = datetime(2026, 11, 3, 10, tzinfo=UTC)
EVIDENCE = Evidence("api", "abcdef0123456789", "Ada", "faster search", "api-abcdef012345", "the timetable",
                    "the weekly push", 98.5, "go: score 98.5", "", (("Canary report", "https://archive/canary.html"),),
                    (RegionSlot("us-east-1", NOW, NOW), RegionSlot("eu-west-1", None, None, "us-east-1 comes first")))


def asked(**changes) -> str:
    return body(replace(EVIDENCE, **changes), NOW, ["ada", "grace"])


def test_it_shows_what_there_is_to_decide_by():
    assert subject(EVIDENCE) == "Push api abcdef012345 to every region of prod?"
    text = asked(sweet_spot="sweet spot: 120 requests/s", changes="12 commits of 4 people",
                 scaling=("us-east-1: minimum from 4 to 3: quiet <nights>",))
    assert "- scaling in `us-east-1: minimum from 4 to 3: quiet <nights>`" in text
    for line in ("**Score 98.5**: `go: score 98.5`", "- commit `abcdef012345` by `Ada`: `faster search`",
                 "- changes: `12 commits of 4 people`", "- `sweet spot: 120 requests/s`", "- [Canary report](https://archive/canary.html)",
                 "| us-east-1 | Tue 2026-11-03 10:00 UTC | Tue 2026-11-03 10:00 UTC |  |",
                 "| eu-west-1 | never | never | `us-east-1 comes first` |", "`ada` or `grace` may answer."):
        assert line in text.splitlines()
    assert "Where nobody answers until Tue 2026-11-03 10:00 UTC, nothing is pushed." in text


HOSTILE = ["](https://evil) [x", "<script>alert(1)</script>", "a\n\n# Heading\n| x |", "`code` ``more``", "https://evil",
           "{{ var.value.secret }}", "x" * 1_000_000, "\u202e\x00\x1b[31m", "![](https://evil/x.png)", "| a | b |"]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_others_wrote_is_one_span_of_code_on_one_line(text):
    span = quoted(text)
    assert len(span) < 310
    assert span[0] == span[-1] == "`"
    assert not set(span[1:-1]) & set("`|\n\r\x00\x1b\u202e")
    lines = asked(subject=text, author=text, reason=text).splitlines()
    assert len(lines) == len(asked().splitlines())


def test_nothing_written_is_said_to_be_nothing():
    assert quoted(" \n ") == "nothing"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "s3://bucket/x", "https://x)[y](https://evil",
                                     "https://x/<script>"])
def test_only_an_address_that_a_browser_may_open_is_a_link(address):
    assert f"- Canary report: `{address}`" in asked(pages=(("Canary report", address),)).splitlines()
