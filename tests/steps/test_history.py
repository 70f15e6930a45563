"""A good canary is remembered, and the next is judged by it; the archive's worst day fails no push."""

import logging
from dataclasses import replace

import pytest

from include.domain.errors import NoGo, Retryable
from include.steps import history
from include.steps.scoring import score
from tests.steps.ready import HERE, ports
from tests.steps.test_scoring import baked, scored
from tests.world.crash import Executioner


def kept(world):
    return world.archive.keys("history/")


def test_a_good_canary_is_kept_once_and_the_next_is_judged_by_it():
    world, flow, found = baked()
    assert "no floors" in scored(world, flow, found).reason
    assert kept(world) == [f"history/api/{found.bake_until:%Y%m%dT%H%M%SZ}-{flow.push_id}.npz"]
    scored(world, flow, found)
    assert len(kept(world)) == 1
    assert history.learned("another", flow.service, world.archive).said == "floors of the last good canary"


def test_the_reason_and_the_page_say_which_floors_were_used():
    world, flow, found = baked()
    scored(world, flow, found)
    next_one = replace(found, push_id="api-next")
    assert "of 16 metrics from the last" in scored(world, flow, next_one).reason
    assert b"of 16 metrics from the last" in world.archive.get("pushes/api/api-next/canary.html")


def test_a_bad_canary_is_not_learned_from():
    world, flow, found = baked(p99_ms=100)
    with pytest.raises(NoGo):
        scored(world, flow, found)
    assert kept(world) == []


def test_a_foreign_object_is_passed_over_with_a_warning_and_counted(caplog):
    world, flow, found = baked()
    world.archive.objects["history/api/20200101T000000Z-x.npz"] = b"no canary"
    with caplog.at_level(logging.WARNING):
        verdict = scored(world, flow, found)
    assert verdict.decision == "go"
    assert "1 of 1 could not be read" in verdict.reason
    assert "20200101T000000Z-x.npz is passed over" in caplog.text
    assert b"1 of 1 could not be read" in world.archive.get(f"pushes/api/{flow.push_id}/canary.html")


def test_what_cannot_be_kept_fails_no_push(monkeypatch, caplog):
    world, flow, found = baked()
    monkeypatch.setattr("include.domain.scoring.history.packed", lambda *_: 1 / 0)
    assert scored(world, flow, found).decision == "go"
    assert "could not be kept: ZeroDivisionError" in caplog.text


def test_a_passing_fault_of_the_archive_is_tried_again(monkeypatch):
    world, flow, found = baked()

    def throttled(prefix):
        raise Retryable("SlowDown")

    monkeypatch.setattr(world.archive, "keys", throttled)
    with pytest.raises(Retryable):
        scored(world, flow, found)


def test_another_service_s_history_is_not_read():
    world, flow, _ = baked()
    world.archive.objects["history/apix/20200101T000000Z-x.npz"] = b"no canary"
    assert history.learned("another", flow.service, world.archive).found == 0


def test_one_task_reads_the_history_once():
    world, flow, found = baked()
    scored(world, flow, found)
    archive, read = world.ports(HERE)["archive"], []
    world.executioner.before = {"archive.get": lambda: read.append(1)}
    for _ in range(3):
        history.learned("another", flow.service, archive)
    assert len(read) == 1


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_wherever_the_score_dies_it_is_the_same_and_the_canary_is_kept_once(after):
    world, flow, found = baked()
    whole = score(found, flow.service, world.look(), **ports(world, "metrics", "archive"))
    calls = len(world.executioner.calls)
    assert calls > 5
    for at in range(1, calls + 1):
        world.archive.objects.clear()
        world.executioner = Executioner(at, after)
        again = world.run(lambda look: score(found, flow.service, look, **ports(world, "metrics", "archive")), "score")
        assert again == whole
        assert len(kept(world)) == 1
