"""Sizes, the ladder, the law of capacity, what we suspended, and live traffic compared."""

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain import asg_tags
from include.domain.cluster import Asg, Instance, Target
from include.domain.errors import BadInput
from include.domain.red_black import (
    PROCESSES,
    Rates,
    Sizes,
    can_carry,
    carried_rps,
    compare,
    healthy_targets,
    joined,
    live_rates,
    new_size,
    next_batch,
    recorded_sizes,
    short_name,
    sizes_of,
    split,
    suspended_by_us,
    suspended_tag,
    to_suspend,
    why_not_operational,
)
from include.domain.service import RedBlackPlan

PROD = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/api-prod/0123456789abcdef"
OTHER = PROD.replace("api-prod", "api-internal")
PLAN = RedBlackPlan()


def instance(number: int, state: str = "InService", *, healthy: bool = True) -> Instance:
    return Instance(f"i-{number}", state, healthy, "us-east-1a")


def asg(*instances: Instance, suspended: frozenset[str] = frozenset(), tags: dict[str, str] | None = None,
        deleting: bool = False) -> Asg:
    return Asg("api-prod-v042", datetime(2026, 1, 1, tzinfo=UTC), 2, 8, 4, instances, (PROD,), "ami-1", "lt-1", "3",
               suspended, tags or {}, deleting)


# --- sizes

@pytest.mark.parametrize(("in_service", "percent", "size"), [
    (100, 10, 110), (4, 10, 5), (1, 10, 2), (10, 0, 10), (10, 100, 20), (0, 10, 0), (1000, 7, 1070)])
def test_the_new_size_is_whole_and_rounded_up(in_service: int, percent: int, size: int):
    assert new_size(in_service, percent) == size


@given(st.integers(0, 5000), st.integers(0, 100))
def test_the_new_size_never_has_less_than_the_extra_nor_one_too_many(in_service: int, percent: int):
    size = new_size(in_service, percent)
    assert size * 100 >= in_service * (100 + percent) > (size - 1) * 100


@given(st.integers(1, 500), st.integers(1, 100))
def test_batches_reach_the_size_and_never_pass_it(size: int, percent: int):
    current, batches = 0, 0
    while current < size:
        current, batches = next_batch(current, size, percent), batches + 1
        assert current <= size
    assert batches <= math.ceil(100 / percent)


def test_a_batch_never_takes_instances_away():
    assert next_batch(7, 5, 50) == 7


# --- the ladder

FIVE = tuple(instance(number) for number in range(5))
HEALTHY = [Target(f"i-{number}", "healthy") for number in range(5)]


@pytest.mark.parametrize(("group", "targets", "says"), [
    pytest.param(asg(*FIVE[:3]), {PROD: HEALTHY}, "api-prod-v042 has 3 of 5 instances", id="count"),
    pytest.param(asg(*FIVE[:3], instance(3, "Pending"), instance(4, "Pending:Wait")), {PROD: HEALTHY},
                 "api-prod-v042 has 3 of 5 instances InService: i-3 Pending, i-4 Pending:Wait", id="lifecycle"),
    pytest.param(asg(*FIVE[:4], instance(4, healthy=False)), {PROD: HEALTHY},
                 "api-prod-v042 has 4 of 5 instances healthy: i-4 marked unhealthy", id="health"),
    pytest.param(asg(*FIVE), {PROD: [*HEALTHY[:3], Target("i-3", "initial", "Elb.RegistrationInProgress")]},
                 "api-prod-v042 has 3 of 5 targets healthy in api-prod: "
                 "i-3 initial (Elb.RegistrationInProgress), i-4 not registered", id="targets"),
    pytest.param(asg(*FIVE), {PROD: HEALTHY, OTHER: []},
                 "api-prod-v042 has 0 of 5 targets healthy in api-internal: "
                 "i-0 and 4 more not registered", id="every target group"),
    pytest.param(asg(*FIVE), {PROD: [Target(f"i-{number}", "unhealthy", "[503]") for number in range(4)]},
                 "api-prod-v042 has 0 of 5 targets healthy in api-prod: "
                 "i-0 and 3 more unhealthy ([503]), i-4 not registered", id="the same reason once"),
    pytest.param(asg(*FIVE, deleting=True), {PROD: HEALTHY}, "api-prod-v042 is being deleted", id="deleting"),
    pytest.param(asg(*FIVE), {PROD: HEALTHY}, None, id="operational"),
    pytest.param(asg(*FIVE, instance(5, "Terminating")), {PROD: HEALTHY}, None, id="one more that leaves"),
])
def test_the_ladder_says_the_first_rung_that_is_missing(group: Asg, targets: dict, says: str | None):
    assert why_not_operational(group, targets, 5) == says


def test_targets_of_other_asgs_do_not_count():
    others = [Target("i-99", "healthy"), Target("i-0", "healthy")]
    assert healthy_targets(asg(*FIVE), others) == 1


def test_a_target_that_is_healthy_of_an_instance_that_is_not_does_not_count():
    assert healthy_targets(asg(*FIVE[:4], instance(4, healthy=False)), HEALTHY) == 4


# --- capacity

@pytest.mark.parametrize(("keeping", "need", "each", "carries"), [
    pytest.param(5, 500, 100, True, id="exactly enough"),
    pytest.param(4, 401, 100, False, id="one request too many"),
    pytest.param(0, 0, 100, False, id="nobody keeps traffic"),
    pytest.param(1, 0, 0, True, id="no request at all"),
    pytest.param(50, 1, 0, False, id="unknown capacity"),
    pytest.param(50, math.nan, 100, False, id="unknown need"),
    pytest.param(50, math.inf, 100, False, id="endless need"),
    pytest.param(50, 100, math.nan, False, id="unmeasured capacity"),
    pytest.param(3, 0.1 * 3, 0.1, True, id="no instance lost to rounding"),
])
def test_capacity_goes_only_where_those_that_stay_carry_the_need(keeping: int, need: float, each: float,
                                                                 carries: bool):
    assert (can_carry(keeping, need, each) is None) == carries


def test_the_law_speaks_in_numbers():
    assert can_carry(3, 400, 100) == ("3 healthy instances would keep taking traffic, but 400 requests/s at 100.0 "
                                      "for each instance need 4")


@given(st.integers(1, 1000), st.floats(0.1, 1e5), st.floats(0.1, 1e4))
def test_more_instances_never_carry_less(keeping: int, need: float, each: float):
    if can_carry(keeping, need, each) is None:
        assert can_carry(keeping + 1, need, each) is None
        assert (keeping + 1e-6) * each >= need * (1 - 1e-6)


@pytest.mark.parametrize(("declared", "measured", "in_service", "carries"), [
    (120.0, 400.0, 4, 120.0), (None, 400.0, 4, 100.0), (None, 400.0, 0, 0.0), (None, math.nan, 4, 0.0)])
def test_what_one_instance_carries_is_declared_or_seen(declared, measured, in_service, carries):
    assert carried_rps(declared, measured, in_service) == carries


# --- what we suspended, and what was before

def test_only_what_we_suspended_is_ours_to_resume():
    by_a_person = asg(suspended=frozenset({"AZRebalance"}))
    assert "AZRebalance" not in split(suspended_tag(by_a_person))
    assert set(to_suspend(by_a_person)) == set(PROCESSES) - {"AZRebalance"}


def test_after_a_crash_in_the_middle_ours_are_still_known():
    halfway = asg(suspended=frozenset({"AZRebalance", "Launch", "Terminate"}),
                  tags={asg_tags.SUSPENDED: suspended_tag(asg(suspended=frozenset({"AZRebalance"})))})
    assert set(split(suspended_tag(halfway))) == set(PROCESSES) - {"AZRebalance"}
    assert suspended_by_us(halfway) == tuple(p for p in PROCESSES if p != "AZRebalance")


def test_what_takes_instances_away_is_resumed_last():
    assert PROCESSES[0] == "Launch"
    assert PROCESSES[-2:] == ("ReplaceUnhealthy", "Terminate")


@given(st.builds(Sizes, st.integers(0, 999), st.integers(0, 999), st.integers(0, 999)))
def test_sizes_are_read_back_from_their_tag(sizes: Sizes):
    assert recorded_sizes(asg(tags={asg_tags.SIZES: str(sizes)})) == sizes


def test_sizes_without_a_tag_are_unknown_and_those_of_the_asg_are_plain():
    assert recorded_sizes(asg()) is None
    assert sizes_of(asg()) == Sizes(2, 8, 4)


@pytest.mark.parametrize("text", ["4/8", "4/8/x", "4/-8/4", "four"])
def test_a_tag_that_is_no_sizes_is_refused(text: str):
    with pytest.raises(BadInput, match="serin:sizes"):
        recorded_sizes(asg(tags={asg_tags.SIZES: text}))


def test_names_go_through_a_tag_and_back():
    assert split(joined(["api-prod", "api-internal"])) == ("api-prod", "api-internal")
    assert split(None) == split("") == ()


def test_a_target_groups_name_is_read_from_its_arn():
    assert (short_name(PROD), short_name("api-prod")) == ("api-prod", "api-prod")


# --- live traffic

@pytest.mark.parametrize(("new", "baseline", "worse"), [
    pytest.param(Rates(10_000, 200), Rates(10_000, 5), True, id="two per cent fail"),
    pytest.param(Rates(10_000, 40), Rates(10_000, 5), False, id="more, but inside what is allowed"),
    pytest.param(Rates(1_000, 8), Rates(1_000, 0), False, id="more than allowed, but it may be chance"),
    pytest.param(Rates(10_000, 300), Rates(10_000, 300), False, id="both fail alike"),
    pytest.param(Rates(50, 50), Rates(10_000, 0), False, id="too few requests to say"),
    pytest.param(Rates(1_000, 0, 200.0), Rates(1_000, 0, 100.0), True, id="twice as slow"),
    pytest.param(Rates(1_000, 0, 140.0), Rates(1_000, 0, 100.0), False, id="slower, inside what is allowed"),
    pytest.param(Rates(1_000, 0, 200.0, 0.2), Rates(1_000, 0, 100.0), False, id="slower, but it may be chance"),
    pytest.param(Rates(1_000, 0, 200.0), Rates(0, 0), False, id="nothing to compare with"),
])
def test_the_new_asg_is_worse_only_beyond_what_is_allowed_and_beyond_chance(new: Rates, baseline: Rates, worse: bool):
    assert bool(compare(new, baseline, PLAN)) == worse


def test_the_sentence_names_both_sides_and_the_limit():
    assert compare(Rates(10_000, 200), Rates(10_000, 5), PLAN) == (
        "2.00 % of 10000 requests fail on the new ASG, 0.05 % on the baseline: more than 0.5 % apart")
    assert compare(Rates(1_000, 0, 200.0), Rates(1_000, 0, 100.0), PLAN) == (
        "latency is 2.00 × the baseline's (200 ms against 100 ms), allowed 1.5")


def test_gaps_count_as_nothing_and_few_latencies_say_nothing():
    rates = live_rates([10, math.nan, 10], [0, 1, math.nan], [100.0, math.nan])
    assert rates == Rates(20, 1)


def test_a_typical_latency_is_not_moved_much_by_one_outlier():
    rates = live_rates([1] * 20, [0] * 20, [100.0] * 19 + [10_000.0])
    assert 100 < rates.latency_ms < 130
    assert rates.latency_error > 0.2
