"""The doorway between Airflow and a step."""

from datetime import timedelta

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException, AirflowTaskTerminated, TaskDeferred

from include.domain.errors import BadInput, FencedOff, GaveUp, NoGo, NothingToUndo, Retryable
from include.domain.looks import Wait, Why
from include.domain.own_metrics.table import NEXT_LOOK, SAVES, UNSAID, WAIT_SINCE, WAIT_TIME
from plugins import wiring
from plugins.operators import step
from plugins.operators.step import Visit, push_id
from tests.plugins.context import BEGAN, LOOK, Clock, Ports, Task, scripted


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(step, "now", clock)
    monkeypatch.setattr(step, "sleep", clock.sleep)
    return clock


@pytest.fixture
def ports(monkeypatch, clock):
    ports = Ports()
    monkeypatch.setattr(wiring, "ports", lambda *_: ports)
    return ports


def waits(reason, seconds, clock, **more):
    return lambda visit: Wait(reason, visit.look.since, clock.now + timedelta(seconds=seconds), **more)


def test_a_value_is_handed_on_and_told(ports):
    task = Task()
    assert scripted("v042").execute(task.context) == "v042"
    assert ports.events == [("started", ""), ("done", "v042 it is")]
    assert task.says == "v042 it is"


def test_a_short_wait_is_slept_and_the_step_looks_again(ports, clock):
    operator = scripted(waits("3 of 4 in service", 10, clock), "v042")
    assert operator.execute(Task().context) == "v042"
    assert clock.slept == [10]
    assert [look.now for look in operator.looks] == [BEGAN, BEGAN + timedelta(seconds=10)]


def test_a_next_look_that_has_passed_is_no_busy_loop(ports, clock):
    scripted(waits("3 of 4 in service", -60, clock), "v042").execute(Task().context)
    assert clock.slept[0] > 0


def test_a_long_wait_defers_to_an_absolute_moment_and_comes_back_to_look(ports, clock):
    task = Task()
    with pytest.raises(TaskDeferred) as deferred:
        scripted(waits("bakes", 600, clock)).execute(task.context)
    assert deferred.value.trigger.moment == BEGAN + timedelta(seconds=600)
    assert task.says.startswith("bakes (since 10:00:00 UTC")
    clock.now += timedelta(seconds=600)
    back = scripted("v042")
    assert getattr(back, deferred.value.method_name)(task.context, event=None, **deferred.value.kwargs) == "v042"
    assert back.looks[0].since == BEGAN
    assert [state for state, _ in ports.events] == ["started", "waits", "done"]


def test_a_retry_goes_on_counting_and_a_person_who_clears_the_task_starts_anew(ports, clock):
    task = Task()
    with pytest.raises(Retryable):
        scripted(Retryable("throttled")).execute(task.context)
    clock.now += timedelta(seconds=60)
    task.ti.try_number = 2
    retried = scripted("v042")
    retried.execute(task.context)
    assert retried.looks[0].since == BEGAN
    task.ti.max_tries += 2
    cleared = scripted("v042")
    cleared.execute(task.context)
    assert cleared.looks[0].since == clock.now


def test_a_step_is_told_for_how_long_nobody_looked(ports, clock):
    task = Task()
    with pytest.raises(TaskDeferred):
        scripted(waits("bakes", 600, clock)).execute(task.context)
    clock.now += timedelta(hours=9)
    back = scripted(waits("3 of 4 in service", 10, clock), "v042")
    back.look_again(task.context)
    assert [look.unseen for look in back.looks] == [timedelta(hours=9) - timedelta(seconds=600)] * 2


@pytest.mark.parametrize("error", [NoGo("no-go: score 90 is under 95"), GaveUp("gave up after 0:40:00"), BadInput("x")])
def test_what_is_final_fails_without_a_retry_in_its_own_words(error, ports):
    task = Task()
    with pytest.raises(AirflowFailException, match=str(error)):
        scripted(error).execute(task.context)
    assert ports.events[-1] == ("failed", str(error))
    assert task.xcoms[task.ti.task_id, "failed"] == str(error)
    assert str(error) in ports.chat.room[-1]


def test_a_passing_fault_is_left_to_airflows_retries_and_says_so(ports):
    task = Task(tries=6)
    with pytest.raises(Retryable):
        scripted(Retryable("throttled")).execute(task.context)
    assert ports.events[-1] == ("waits", "Retryable: throttled; tries again (1 of 6)")
    assert (task.ti.task_id, "failed") not in task.xcoms


def test_the_last_try_says_that_it_failed(ports):
    task = Task(tries=6)
    task.ti.try_number = 6
    with pytest.raises(Retryable):
        scripted(Retryable("throttled")).execute(task.context)
    assert ports.events[-1] == ("failed", "Retryable: throttled (tried 6 times)")


def test_nothing_to_undo_is_skipped_without_an_event_of_a_deed(ports):
    operator = scripted(NothingToUndo("all is well"))
    operator.as_teardown()
    task = Task()
    with pytest.raises(AirflowSkipException):
        operator.execute(task.context)
    assert ports.events == []
    assert task.says == "all is well"


def test_an_archive_and_a_room_that_are_down_fail_no_push(ports, clock):
    def down(*_):
        raise Retryable("S3 is down")

    ports.archive.append = ports.chat.say = down
    operator = scripted(waits("3 of 4", 1, clock), "v042")
    operator.in_the_room = True
    assert operator.execute(Task().context) == "v042"


def test_a_wait_is_told_again_only_when_more_than_its_numbers_changed(ports, clock):
    reasons = ("0 of 4 in service: i-0a1 Pending", "3 of 4 in service: i-0b2 Pending",
               "v042 has 0 of 4 targets healthy", "v042 has 1 of 4 targets healthy")
    scripted(*(waits(reason, 1, clock) for reason in reasons), "v042").execute(Task().context)
    assert [text for state, text in ports.events if state == "waits"] == [
        "0 of 4 in service: i-0a1 Pending", "v042 has 0 of 4 targets healthy"]


def test_a_wait_that_the_team_must_hear_of_is_said_in_the_room_once(ports, clock):
    script = [waits(f"v042 fails {number} % of requests", 1, clock, in_the_room=True) for number in (3, 4)]
    scripted(*script, waits("watched", 1, clock), "done").execute(Task().context)
    said, = ports.chat.room
    assert said.endswith("us_east_1.holds: v042 fails 3 % of requests")


def test_a_score_so_far_is_told_at_every_look(ports, clock):
    scripted(waits("bakes", 1, clock, score=97.0), waits("bakes", 1, clock, score=98.0), "go").execute(Task().context)
    [told] = ports.archive.said.values()
    assert [event.score for event in told if event.state == "looked"] == [97, 98]


def test_a_service_that_cannot_be_used_fails_without_a_retry(monkeypatch, clock):
    def broken(*_):
        raise BadInput("services/api.yaml: canary.sise: unknown key")

    monkeypatch.setattr(wiring, "ports", broken)
    with pytest.raises(AirflowFailException, match=r"canary\.sise"):
        scripted("v042").execute(Task().context)


def test_a_task_that_is_stopped_stops_at_once():
    with pytest.raises(AirflowTaskTerminated):
        scripted().on_kill()


def test_every_task_and_retry_of_a_run_has_the_same_push_id_and_no_other_run_has():
    ids = {push_id("api", Task(task).context) for task in ("start_push", "finish_push")}
    assert len(ids) == 1
    assert ids.pop().startswith("api-20261103T100000-")
    assert push_id("api", Task(run_id="manual__2").context) != push_id("api", Task().context)


def test_a_step_is_handed_the_ports_that_its_parameters_name():
    def deed(plan, service, look, chat, push_id, archive=None):
        return plan, service.service, look, chat, push_id, archive

    ports = Ports()
    visit = Visit(ports, LOOK, "api-1", {})
    assert visit.take(deed, "plan", chat="mine") == ("plan", "api", LOOK, "mine", "api-1", ports.archive)


def test_what_a_task_marked_as_success_did_not_hand_on_is_said_at_once(ports):
    operator = scripted("v042")
    operator.template_fields, operator.plan = ("plan",), None
    with pytest.raises(AirflowFailException, match="holds was handed no plan: a task before it was marked as success"):
        operator.execute(Task().context)
    assert not operator.looks


def test_a_wait_is_measured_from_its_first_look_over_a_deferral(ports, clock):
    task = Task()
    with pytest.raises(TaskDeferred):
        scripted(waits("held by somebody", 600, clock, why=Why.LEASE)).execute(task.context)
    assert ports.meter.values(WAIT_SINCE, why="lease") == [BEGAN.timestamp()]
    clock.now += timedelta(seconds=600)
    scripted(waits("held by somebody", 5, clock, why=Why.LEASE), "v042").look_again(task.context)
    assert ports.meter.values(WAIT_TIME, why="lease") == [605]
    assert ports.meter.values(WAIT_SINCE, why="lease")[-1] == ports.meter.values(NEXT_LOOK)[-1] == 0
    assert ports.meter.total(SAVES) == 1


def test_a_guard_that_stops_a_step_is_told(ports):
    with pytest.raises(AirflowFailException):
        scripted(FencedOff("changed with token 7, and ours is 6")).execute(Task().context)
    assert ports.meter.total(SAVES, guard="fencing_token") == ports.meter.total(SAVES) == 1


def test_what_could_not_be_said_elsewhere_is_counted(ports):
    def down(*_):
        raise Retryable("S3 is down")

    ports.archive.append = down
    scripted("v042").execute(Task().context)
    assert ports.meter.total(UNSAID, where="archive") == 2


def test_metrics_that_break_fail_no_push(ports, monkeypatch):
    class Broken:
        def tell(self, measured):
            raise RuntimeError("no socket")

    ports.meter = Broken()
    monkeypatch.setattr(wiring, "aws_trouble", lambda: 1)
    operator = scripted(lambda visit: Wait("3 of 4", visit.look.since, visit.look.now), "v042")
    assert operator.execute(Task().context) == "v042"
