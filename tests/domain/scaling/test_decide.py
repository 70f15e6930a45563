"""What a new ASG is to scale by, and what that changes, in lines."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from include.domain.declared.scaling import ScalingSettings
from include.domain.push import Push
from include.domain.red_black.sizes import Sizes
from include.domain.red_black.start_times import StartTimes
from include.domain.scaling.decide import Scaling, WarmUp, decided, scaling_diff, scaling_of_tag, warm_up
from include.domain.scaling.forecast import Forecast, TooLittle
from include.domain.scaling.policies import REQUESTS, TRACKING, Policy
from tests.world.squeezed import sweet_spot

PUSH = Push("api-1", "api", "prod", "patch", "f00d", "prod", "api-f00d", "", "Ada", datetime(2026, 11, 3, tzinfo=UTC))
SPOT = sweet_spot(PUSH, 120.0)
STARTS = WarmUp(185, "95 % of 12 instances of this AMI took no longer until their latency was steady")
QUIET = Forecast(900.0, 230.0, "the same 24 hours of 7 days reached 900 requests/s, their quietest hours 230")
OURS = Policy("serin-requests", TRACKING, REQUESTS, 4200.0, 300)
CPU = Policy("cpu", TRACKING, "ASGAverageCPUUtilization", 60.0)


def decide(policies=(OURS,), spot=SPOT, starts=STARTS, expected=QUIET, sizes=Sizes(4, 20, 6), **settings):
    return decided(ScalingSettings(**settings), "api-prod-v041", sizes, policies, spot, starts, expected)


def test_the_target_is_the_sweet_spot_a_minute_without_the_head_room_and_the_diff_says_all_of_it():
    found = decide()
    assert found.after == Scaling("serin-requests", 5040, 185, 3)
    assert scaling_diff(found) == [
        "policy serin-requests from 4,200 requests a minute for each target to 5,040 requests a minute for each "
        "target: the sweet spot is 120.0 requests/s an instance, of which 30 % are kept free",
        "warm-up from 300 s to 185 s: 95 % of 12 instances of this AMI took no longer until their latency was steady",
        "minimum from 4 to 3: 230 requests/s at 84.0 for each instance need 3 (the same 24 hours of 7 days reached 900 "
        "requests/s, their quietest hours 230)"]


def test_where_there_is_no_such_policy_one_is_made_beside_the_teams_own():
    found = decide(policies=(CPU,))
    assert found.before == Scaling("serin-requests", None, None, 4)
    assert scaling_diff(found)[0].startswith("policy serin-requests from none to 5,040 requests a minute")
    assert scaling_diff(found)[1].startswith("warm-up from the ASG's own to 185 s")


@pytest.mark.parametrize(("policies", "why"), [
    ((OURS, Policy("team", TRACKING, REQUESTS, 900.0)),
     "scaling stays as it is: team of api-prod-v041 tracks ALBRequestCountPerTarget, too, and two targets of one "
     "metric fight: delete it, or name it in scaling.policy"),
    ((Policy("serin-requests", "StepScaling"),),
     "scaling stays as it is: policy serin-requests of api-prod-v041 is StepScaling, and not ALBRequestCountPerTarget: "
     "give scaling.policy another name"),
    ((replace(CPU, name="serin-requests"),),
     "scaling stays as it is: policy serin-requests of api-prod-v041 tracks ASGAverageCPUUtilization, and not "
     "ALBRequestCountPerTarget: give scaling.policy another name")],
    ids=["another on the same metric", "a step policy of the name", "another metric under the name"])
def test_a_teams_own_policy_that_conflicts_is_left_alone_and_said(policies, why):
    found = decide(policies=policies)
    assert found.after is None
    assert scaling_diff(found) == [why]


@pytest.mark.parametrize("spot", [None, sweet_spot(PUSH, None)], ids=["never squeezed", "nothing found"])
def test_without_a_sweet_spot_nothing_changes(spot):
    found = decide(spot=spot)
    assert found.after is None
    assert scaling_diff(found) == ["scaling stays as it is: no sweet spot is known of what is pushed"]


def test_too_little_history_leaves_the_minimum_and_says_so():
    found = decide(expected=TooLittle("too little history: 1 whole day of traffic among the last 7, and 2 are needed"))
    assert found.after.minimum == 4
    assert scaling_diff(found)[2] == ("minimum stays at 4: too little history: 1 whole day of traffic among the last "
                                      "7, and 2 are needed")


def test_too_few_starts_leave_the_warm_up_and_say_so():
    unknown = warm_up(StartTimes(2, 30.0, 40.0), [30.0], 1, 5)
    found = decide(starts=unknown)
    assert found.after.warm_up_seconds == 300
    assert scaling_diff(found)[1] == ("warm-up stays at 300 s: only 2 starts of this AMI and 1 of pushes here are "
                                      "known, and 5 are needed")


@pytest.mark.parametrize(("trough", "settings", "sizes", "minimum", "said"), [
    (10.0, {}, Sizes(4, 20, 6), 2, "need 1, and at least 2 are allowed"),
    (0.0, {"minimum_at_least": 1}, Sizes(4, 20, 6), 1, "need 1 ("),
    (5000.0, {}, Sizes(4, 20, 6), 20, "need 60, and at most 20 are allowed"),
    (5000.0, {"minimum_at_most": 8}, Sizes(4, 20, 6), 8, "need 60, and at most 8 are allowed"),
    (10.0, {"minimum_at_least": 9}, Sizes(4, 6, 6), 6, "need 1, and at least 6 are allowed")],
    ids=["at least", "no traffic", "the ASG's maximum", "at most", "never over the ASG's maximum"])
def test_the_minimum_stays_in_its_bounds(trough, settings, sizes, minimum, said):
    found = decide(expected=Forecast(trough, trough, "said"), sizes=sizes, **settings)
    assert found.after.minimum == minimum
    assert said in scaling_diff(found)[2]


def test_a_sweet_spot_that_was_not_bounded_above_says_at_least():
    assert "the sweet spot is at least 120.0" in scaling_diff(decide(spot=replace(SPOT, rps_high=None)))[0]


def test_the_warm_up_is_told_in_declared_time_from_the_amis_own_starts_or_those_of_the_pushes_before():
    own = StartTimes(6, 1.0, 2.0, 6, 3.0, 4.1)
    assert warm_up(own, [9.0] * 5, 480, 5).seconds == 1968
    recent = warm_up(StartTimes(1, 1.0, 2.0), [50.0, 60.0, 70.0, 80.0, 90.0], 1, 5)
    assert recent.seconds == 90
    assert recent.why.startswith("95 % of the last 5 pushes here started within that")


@pytest.mark.parametrize("scaling", [Scaling("serin-requests", 5040, 185, 3), Scaling("a.b_c", None, None, 0)])
def test_what_a_tag_says_is_read_back(scaling):
    assert scaling_of_tag(str(scaling)) == scaling


@pytest.mark.parametrize("text", ["", "x", "a/b/c/d", "a/1/2", "a/1/2/", "a/1/2/3/4", "a/-1/2/3"])
def test_a_tag_that_says_nothing_of_the_kind_is_none(text):
    assert scaling_of_tag(text) is None
