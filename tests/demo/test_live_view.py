"""The one view of a push, drawn into a string."""

import io
from datetime import UTC, datetime, timedelta

from rich.console import Console

from include.demo import scene
from include.demo.live_view import Picture, RegionPicture, draw
from include.demo.push_story import PushStory
from include.domain.push import Event

T0 = datetime(2026, 1, 13, 12, tzinfo=UTC)


def shown(*regions, events=(), state="running", width=140):
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(draw(Picture("Serin", T0.timestamp() + 90, T0.timestamp(), regions, PushStory.of(events), state,
                               {"Airflow": "http://127.0.0.1:20001"})))
    return console.export_text()


def region(*groups, served=None, builders=0, in_peak=False):
    return RegionPicture("us-east-1", "Tue 18:40, peak until 20:00", in_peak, groups, served or scene.Served(),
                         builders)


def test_it_shows_regions_colours_instances_and_requests():
    text = shown(region(scene.Group("api-prod-v041", "abcdef123456", "red", 0.6, (scene.HEALTHY, scene.DRAINING)),
                        scene.Group("api-prod-v042", "123456abcdef", "red", 0.4, (scene.LAUNCHING,)),
                        served=scene.Served(12_345, 3, 500, 2, 88.0)))

    for expected in ("us-east-1", "peak until 20:00", "api-prod-v041", "abcdef1", "● ◌", "◐", "60%", "12,345", "88/s",
                     "1 + 2 canary", "1:30", "running", "http://127.0.0.1:20001"):
        assert expected in text


def test_it_says_what_is_waited_for_and_for_how_long():
    waits = Event("api-1", T0 + timedelta(seconds=60), "us_east_1.off_peak", "us-east-1", "waits",
                  "us_east is in its peak")

    assert "▶ us_east_1.off_peak  waits: us_east is in its peak  30 s" in shown(region(), events=[waits])


def test_what_is_waited_for_is_told_to_its_end_on_a_narrow_terminal_too():
    waits = Event("api-1", T0, "us_east_1.off_peak", "us-east-1", "waits",
                  "us-east-1 waits for its slot until Mon 05:21:13 UTC: us_east is in its peak until Mon 20:00 "
                  "America/New_York")

    text = " ".join(shown(region(), events=[waits], width=80).replace("│", " ").split())

    assert "us_east is in its peak until Mon 20:00 America/New_York 90 s" in text


def test_it_shows_how_far_the_push_is():
    said = [Event("api-1", T0, "build_ami", "", "done", "made"), Event("api-1", T0, "canary.bake", "", "started", "")]

    assert "✓ build_ami   ▶ canary   ○ us-east-1" in shown(region(), events=said)


def test_it_draws_the_score_as_it_forms():
    looks = [Event("api-1", T0, "canary.bake", "us-west-2", "looked", "", score) for score in (0.0, 55.0, 100.0)]

    assert "▁▅█  100 of 100" in shown(region(), events=looks)


def test_what_people_wrote_is_text_and_not_markup():
    said = Event("api-1", T0, "start_push", "", "done", "fix [red]colours[/red] [/] \x1b[2J")

    text = shown(region(), events=[said])

    assert "fix [red]colours[/red] [/]" in text
    assert "\x1b" not in text


def test_a_region_without_an_asg_is_still_a_row():
    assert "us-east-1" in shown(region())


def test_a_narrow_terminal_gets_whole_words():
    group = scene.Group("api-prod-baseline-v042", "abcdef123456", "black", 0.2, (scene.HEALTHY,) * 5)
    busy = RegionPicture("us-east-1", "Tue 18:40 peak", True, [group], scene.Served(123_456, 12, 500, 12, 88.0))

    text = shown(busy, width=80)

    assert max(len(line) for line in text.splitlines()) <= 80
    assert "…" not in text
    for expected in ("us-east-1", "Tue 18:40 peak", "baseline-v042", "■ black", "● ● ● ● ●", "20%", "123,456",
                     "0 + 12"):
        assert expected in text
