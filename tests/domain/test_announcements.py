"""What the room is told: each thing once, a digest instead of a flood, and a topic that is always right."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain.announcements import (
    DIGEST_FROM,
    MOST_OF_A_MESSAGE,
    Kind,
    announcement,
    messages,
    month_of,
    read,
    topic,
    written,
)

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
PUSH = "api-20260105T120000-abc123"


def said(text: str = "go", minute: int = 0, about: str = PUSH, kind: Kind = Kind.PROGRESS, task: str = "score"):
    return announcement("api", about, task, kind, text, NOON + timedelta(minutes=minute))


def test_what_a_retry_says_again_is_the_same_whatever_its_numbers_and_its_time():
    assert said("Success: AWS was called 1203 times").id == said("Success: AWS was called 1215 times", 3).id


@pytest.mark.parametrize("other", [said("no-go"), said(about="api-20260105T130000-ffffff"), said(task="bake"),
                                   said(kind=Kind.FAILED)], ids=["text", "push", "task", "kind"])
def test_what_differs_in_anything_else_is_another(other):
    assert said().id != other.id


def test_it_is_kept_whole():
    one = said("<b>über</b>\n\x1b")
    assert read(written(one)) == one


@given(st.lists(st.tuples(st.integers(0, 500), st.sampled_from([PUSH, "api-20260106T120000-ffffff"])), unique=True))
def test_every_announcement_is_in_exactly_one_message_and_none_of_a_push_comes_before_an_older_one(when):
    waiting = [said(f"step {'x' * minute}", minute, about) for minute, about in when]
    found = messages(waiting)
    ids = [one for message in found for one in message.ids]
    assert sorted(ids) == sorted(one.id for one in waiting)
    at = {one.id: one.at for one in waiting}
    for push in {message.about for message in found}:
        order = [at[one] for message in found if message.about == push for one in message.ids]
        assert order == sorted(order)


def test_many_of_one_push_are_one_message():
    few, many = ([said(f"step {'x' * number}", number) for number in range(count)]
                 for count in (DIGEST_FROM - 1, DIGEST_FROM))
    assert len(messages(few)) == len(few)
    [digest] = messages(many)
    assert digest.text.startswith(f"{PUSH}, 4 things since 2026-01-05 12:00 UTC:")
    assert digest.text.count("\n") == 4


def test_a_message_is_short_and_has_nothing_that_a_terminal_would_obey():
    [message] = messages([said("\x1b[31m" + "x" * 10_000)])
    assert "\x1b" not in message.text
    assert len(message.text) < MOST_OF_A_MESSAGE + 50
    assert "characters)" in message.text


def test_the_topic_says_what_was_pushed_last_and_what_runs():
    start = said("commit 1 is on its way", 0, kind=Kind.START)
    end = said("Success: v042 runs everywhere. AWS was called 1203 times", 9, kind=Kind.FINISH)
    other = said("commit 2 is on its way", 10, "api-20260105T130000-ffffff", Kind.START)
    assert topic("api", []) == "api · nothing was pushed yet · nothing is on its way"
    assert topic("api", [start]) == "api · nothing was pushed yet · now: commit 1 is on its way"
    assert topic("api", [end, start]) == "api · last: Success: v042 runs everywhere · nothing is on its way"
    assert topic("api", [other, end, start]) == (
        "api · last: Success: v042 runs everywhere · now: commit 2 is on its way")


def test_a_topic_has_nothing_that_a_server_would_not_take():
    assert topic("api", [said("a\x07b\nc\u202ed", kind=Kind.FINISH)]) == "api · last: a b c d · nothing is on its way"


def test_a_deploy_and_a_merge_are_not_what_was_pushed_last():
    deploy = said("Success", 5, "api-staging-20260105T120500-ffffff", Kind.FINISH)
    assert topic("api", [deploy]) == "api · nothing was pushed yet · nothing is on its way"


@pytest.mark.parametrize(("about", "month"), [(PUSH, "202601"), ("api-staging-20261231T235959-ffffff", "202612"),
                                              ("odd", "other")])
def test_a_push_has_one_month_however_long_it_takes(about, month):
    assert month_of(about) == month
