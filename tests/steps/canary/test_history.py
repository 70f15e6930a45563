"""A good canary is remembered, and the next is judged by it; the archive's worst day fails no push."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from include.domain.errors import NoGo, Retryable
from include.steps.canary import history
from include.steps.canary.scoring import harm, judged_time, score
from tests.steps.canary.test_life import launched
from tests.steps.canary.test_scoring import baked, scored
from tests.steps.ready import HERE, ports, ready
from tests.world.crash import Executioner
from tests.world.region import Behaviour


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


# --- prod's own instances, where history does not know enough

def baked_with_instances(**declared):
    world, flow = ready(**declared)
    world.tells_instances = True
    found = launched(world, flow)
    world.advance(31)
    return world, flow, found


def test_the_first_canary_ever_is_judged_by_what_prods_instances_do_in_its_own_hours():
    world, flow, found = baked_with_instances()
    assert found.running_asg == "api-prod-v041"
    reason = scored(world, flow, found).reason
    assert "(floors of 16 of 16 metrics from 4 instances of prod)" in reason
    assert b"from 4 instances of prod" in world.archive.get(f"pushes/api/{flow.push_id}/canary.html")


def test_metrics_that_history_knows_are_judged_by_it_and_the_others_by_prods_instances():
    world, flow, found = baked_with_instances()
    table = judged_time(found, flow.service, world.metrics[HERE])
    some = replace(table, names=table.names[:10], values=table.values[:, :10])
    for number in range(8):
        history.remember(replace(found, push_id=f"p{number}"), some, flow.service, world.archive)
    assert "16 of 16 metrics: 10 from the last 8 good canaries, 6 from 4 instances of prod" in scored(
        world, flow, found).reason


def test_what_history_knows_well_is_not_read_again_of_the_instances():
    world, flow, found = baked_with_instances()
    table = judged_time(found, flow.service, world.metrics[HERE])
    for number in range(8):
        history.remember(replace(found, push_id=f"p{number}"), table, flow.service, world.archive)
    assert "from the last 8 good canaries" in scored(world, flow, found).reason
    score(replace(found, push_id="again"), flow.service, world.look(), **ports(world, "metrics", "archive"))
    assert not [call for call in world.executioner.calls if "read_instances" in call]


def test_a_canary_that_an_older_version_launched_has_no_floors_of_instances():
    world, flow, found = baked_with_instances()
    assert "no floors" in scored(world, flow, replace(found, running_asg="")).reason


def test_harm_says_which_floors_it_used():
    world, flow, found = baked_with_instances()
    world.changes(HERE, found.canary_asg, Behaviour(p99_ms=200))
    world.advance(30)
    said = harm(replace(found, bake_until=world.now), flow.service, world.now - timedelta(seconds=25), world.now,
                world.metrics[HERE], world.archive)
    assert said.endswith("(floors of 4 instances of prod)")


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
