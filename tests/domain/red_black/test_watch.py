"""The watch: failing, counted down, clean again, kept, certified."""

from datetime import UTC, datetime, timedelta

import pytest

from include.domain import asg_tags
from include.domain.asg_tags import as_value
from include.domain.red_black.watch import Alarm, Seen, Turn, Watch, alarms_seen, next_turn, tags_of, watch_of
from tests.domain.red_black.asgs import asg

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
LASTS, COUNTDOWN = timedelta(minutes=10), timedelta(seconds=30)
FAILS, CLEAN, UNKNOWN = Seen(failing=("it is worse",)), Seen(numbers="0 %"), Seen(unknown=("no data",))


def at(seconds):
    return NOON + timedelta(seconds=seconds)


def turn(seen, now, failing_since=None, clean_since=0, kept=""):
    watch = Watch(None if failing_since is None else at(failing_since), at(clean_since), kept)
    return next_turn(watch, seen, at(now), LASTS, COUNTDOWN)


@pytest.mark.parametrize(("then", "does", "ends_at"), [
    pytest.param(turn(CLEAN, 10), Turn.WAIT, 600, id="clean, not for long enough"),
    pytest.param(turn(CLEAN, 600), Turn.CERTIFY, 600, id="clean for long enough"),
    pytest.param(turn(UNKNOWN, 700), Turn.WAIT, 600, id="no data is never success"),
    pytest.param(turn(FAILS, 10), Turn.WAIT, 40, id="what fails is counted down first"),
    pytest.param(turn(FAILS, 9000), Turn.WAIT, 9030, id="one look is never enough, however late"),
    pytest.param(turn(FAILS, 39, failing_since=10), Turn.WAIT, 40, id="still counted down"),
    pytest.param(turn(FAILS, 40, failing_since=10), Turn.UNDO, 40, id="it still fails at the end"),
    pytest.param(turn(FAILS, 400, failing_since=10), Turn.UNDO, 40, id="nobody looked at the end"),
    pytest.param(turn(FAILS, 40, failing_since=10, kept="Ada"), Turn.WAIT, 40, id="a person keeps it"),
    pytest.param(turn(UNKNOWN, 40, failing_since=10), Turn.WAIT, 640, id="what is not known is not undone"),
    pytest.param(turn(CLEAN, 25, failing_since=10), Turn.WAIT, 625, id="clean again: its period starts anew"),
    pytest.param(turn(CLEAN, 600, clean_since=25), Turn.WAIT, 625, id="the time before it failed does not count"),
    pytest.param(turn(CLEAN, 625, clean_since=25, kept="Ada"), Turn.CERTIFY, 625, id="a kept one certifies too"),
])
def test_turns(then, does, ends_at):
    assert (then.turn, then.at) == (does, at(ends_at))


def test_what_is_not_known_in_a_countdown_keeps_its_beginning():
    assert turn(UNKNOWN, 20, failing_since=10).failing_since == at(10)


@pytest.mark.parametrize(("seen", "now", "failing_since", "tags"), [
    pytest.param(CLEAN, 5, None, {}, id="nothing to write"),
    pytest.param(FAILS, 5, None, {asg_tags.FAILING_SINCE: at(5).isoformat()}, id="it begins to fail"),
    pytest.param(FAILS, 9, 5, {}, id="it goes on failing"),
    pytest.param(CLEAN, 9, 5, {asg_tags.FAILING_SINCE: None, asg_tags.CLEAN_SINCE: at(9).isoformat()}, id="it is over"),
])
def test_what_the_next_look_must_know_is_in_the_tags(seen, now, failing_since, tags):
    watch = Watch(None if failing_since is None else at(failing_since), NOON, "")
    assert tags_of(watch, next_turn(watch, seen, at(now), LASTS, COUNTDOWN)) == tags


def test_a_watch_is_read_back_from_its_tags():
    tags = {asg_tags.FAILING_SINCE: at(5).isoformat(), asg_tags.CLEAN_SINCE: at(-60).isoformat(),
            asg_tags.KEPT: "Ada: known"}
    assert watch_of(asg(tags=tags), NOON) == Watch(at(5), NOON, "Ada: known")
    assert watch_of(asg(tags={asg_tags.CLEAN_SINCE: at(9).isoformat()}), NOON) == Watch(None, at(9), "")


def test_alarms_fire_or_are_not_known_or_are_quiet():
    seen = alarms_seen([Alarm("errors", "ALARM", "5 datapoints > 1"), Alarm("latency", "OK"),
                        Alarm("quiet", "INSUFFICIENT_DATA", "unchecked")])
    assert seen == Seen(failing=("alarm errors fires: 5 datapoints > 1",),
                        unknown=("alarm quiet is INSUFFICIENT_DATA",))


def test_what_a_person_wrote_fits_a_tag():
    assert as_value("Ada: it's <b>known</b>, see #12") == "Ada: it_s _b_known_/b__ see _12"
    assert len(as_value("x" * 999)) == 256
