"""Where there is no terminal, the push is told line by line."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from include.demo import scene
from include.demo.live_view import Picture, RegionPicture
from include.demo.push_story import PushStory
from include.demo.show import Lines, Show
from include.domain.push import Event

T0 = datetime(2026, 1, 13, 12, tzinfo=UTC)


def picture(second, *events):
    region = RegionPicture("us-east-1", "", False, [scene.Group("api-prod-v041", "b", "red", 1, (scene.HEALTHY,) * 4)],
                           scene.Served(1_000, 3, 10, 1))
    return Picture("", T0.timestamp() + second, T0.timestamp(), [region], PushStory.of(events))


def event(second, state="done", text="AMI built", **facts):
    return Event("api-1", T0 + timedelta(seconds=second), "build_ami", "", state, text, **facts)


@pytest.fixture
def told():
    return []


@pytest.fixture
def lines(told):
    return Lines(told.append, T0.timestamp(), every=10)


def test_each_event_is_told_once(lines, told):
    lines.update(picture(1, event(1)))
    lines.update(picture(2, event(1), event(2, text="copied")))

    assert [line for line in told if "build_ami" in line] == ["0:01  build_ami  AMI built", "0:02  build_ami  copied"]


def test_the_regions_are_told_every_ten_seconds(lines, told):
    for second in (0, 5, 9, 10, 15):
        lines.update(picture(second))

    assert told == [f"0:{at}  us-east-1 v041 red 4/4 · 1,000 requests, 2 failed + 1 canary" for at in ("00", "10")]


def test_the_start_of_a_task_is_no_line_and_its_score_is(lines, told):
    lines.update(picture(0))
    lines.update(picture(1, event(1, "started", ""), event(1, "looked", "so far", score=97.2)))

    assert told[1:] == ["0:01  build_ami  so far · score 97"]


def test_the_view_after_the_summary_does_not_overwrite_it():
    show = Show(Console(force_terminal=True, file=io.StringIO()), T0.timestamp())

    assert show.running() is not show.running()
