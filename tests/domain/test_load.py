"""A mix of requests as prod has them, when each is due, and what came of them."""

import pytest

from include.domain.load import Driven, LoadPlan, Request, arrivals, came_to, mix_of, percentile, too_late
from include.domain.squeeze.limits import Limits

LIMITS = Limits(latency_ms=100, error_percent=1)
RATES = {"requests.home": 60.0, "requests.play": 20.0, "requests.buy": 20.0, "requests.quiet": 0.0, "cpu.percent": 50.0,
         "requests.gone": float("nan")}


def test_the_mix_is_prods_own_of_the_endpoints_that_a_team_named_and_says_what_it_leaves_out():
    mix = mix_of(RATES, {"home": "/home", "play": "/play?device=tv", "quiet": "/quiet"})
    assert mix.requests == (Request("/home", 0.75), Request("/play?device=tv", 0.25))
    assert (mix.left_out, mix.left_out_percent) == (("buy",), pytest.approx(20))


def test_what_nobody_named_is_never_sent():
    assert mix_of(RATES, {"other": "/other"}).requests == ()
    assert mix_of({}, {"home": "/home"}) == mix_of({"cpu.percent": 1.0}, {"home": "/home"})


PLAN = LoadPlan(8080, (Request("/home", 0.75), Request("/play", 0.25)), 8, 2.0)


def test_requests_come_by_chance_at_the_rate_and_in_the_mix_that_were_asked_for():
    due = list(arrivals(PLAN, 100, 60, seed=1))
    assert len(due) == pytest.approx(6000, rel=0.05)
    assert sum(path == "/home" for _, path in due) / len(due) == pytest.approx(0.75, abs=0.03)
    times = [at for at, _ in due]
    assert times == sorted(times)
    assert 0 < times[0] < times[-1] < 60


def test_a_seed_gives_the_same_requests_and_another_others():
    assert list(arrivals(PLAN, 50, 2, 7)) == list(arrivals(PLAN, 50, 2, 7)) != list(arrivals(PLAN, 50, 2, 8))


@pytest.mark.parametrize(("values", "at"), [((), 0), ((5,), 5), (range(1, 101), 99), (range(1, 201), 198)])
def test_a_percentile_is_one_of_the_values(values, at):
    assert percentile(values, 99) == at


def driven(failed=0, latency=50.0, answered=100, late=0.0):
    return Driven(100, answered, failed, 1.0, (latency,) * 100, late)


def test_slices_of_one_step_count_together():
    found, why = came_to([driven(), driven(latency=90.0, answered=80)], LIMITS)
    assert (found.rps, found.p99_ms, found.requests, why) == (90, 90, 200, "")


@pytest.mark.parametrize(("drive", "why"), [
    (driven(latency=150.0), "p99 150 ms, allowed 100 ms"),
    (driven(failed=30), "30.0 % of 100 requests failed"),
    (driven(failed=100, answered=0), "no request of it was measured")],
    ids=["slow", "failing", "dead"])
def test_a_step_beyond_its_limits_did_not_pass_and_says_why(drive, why):
    assert came_to([drive], LIMITS)[1].startswith(why)


def test_a_generator_that_is_late_by_itself_measures_itself_and_says_so():
    assert too_late([driven(late=9.0)], LIMITS) == ""
    assert too_late([driven(), driven(late=11.0)], LIMITS).startswith("the worker that makes the load was 11 ms late")
