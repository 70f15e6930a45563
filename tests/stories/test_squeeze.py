"""The canary is squeezed under prod traffic: what it carries is found, and nobody else is harmed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from include.domain.peak_windows import Market, MarketClock, PeakWindow
from include.steps.push.hold import hold
from include.steps.squeeze.kept import kept_curve, kept_sweet_spot
from tests.stories.squeezing import BAKED, HERE, NEW, RUNNING, launched, share, squeezable, weights
from tests.world.region import Behaviour

CANARY, BASELINE = "api-prod-canary", "api-prod-baseline"


def watch(world, see):
    """Called each second of the squeeze."""
    world.on_tick = see


def test_it_finds_what_both_sides_carry_and_leaves_everything_as_it_was():
    world, flow = squeezable()
    canary = launched(flow)
    spot = flow.squeeze(canary)

    assert spot.rps == pytest.approx(NEW, rel=0.05)
    assert spot.saturation_rps == pytest.approx(NEW, rel=0.03)
    assert spot.baseline_rps == pytest.approx(RUNNING, rel=0.05)
    assert spot.baseline_saturation_rps == pytest.approx(RUNNING, rel=0.03)
    assert spot.rps_low <= NEW <= spot.rps_high * 1.01
    assert weights(world) == BAKED
    assert world.lost == 0, world.losses


def test_what_was_found_and_every_step_are_kept_and_not_done_again():
    world, flow = squeezable()
    canary = launched(flow)
    spot = flow.squeeze(canary)
    steps = kept_curve("api", spot.ami, canary.push_id, world.archive)

    assert kept_sweet_spot("api", spot.ami, canary.push_id, world.archive) == spot
    assert {step.side for step in steps} == {"canary", "baseline"}
    assert all(step.why for step in steps if not step.passed)
    world.executioner.calls.clear()
    assert flow.squeeze(canary) == spot
    assert "traffic.set_weights" not in world.executioner.calls


def test_nobody_gets_more_than_the_declared_share():
    world, flow = squeezable(plan={"max_share_percent": 35})
    canary, seen = launched(flow), []
    watch(world, lambda: seen.append(max(share(world, CANARY), share(world, BASELINE))))
    spot = flow.squeeze(canary)

    assert max(seen) == pytest.approx(35, abs=0.5)
    assert spot.rps == pytest.approx(70, rel=0.03)
    assert (spot.rps_high, spot.saturation_rps) == (None, None)
    assert "at least 70 requests/s inside its limits: it got no more" in spot.reason


def test_half_the_capacity_is_found_even_where_the_baseline_cannot_be_saturated():
    world, flow = squeezable(new=Behaviour(carries_rps=45, waits_seconds=30), plan={"max_share_percent": 40})
    spot = flow.squeeze(launched(flow))

    assert spot.rps == pytest.approx(45, rel=0.05)
    assert spot.baseline_rps == pytest.approx(80, rel=0.03)
    assert spot.baseline_rps_high is None
    assert world.lost == 0, world.losses


def test_too_much_goes_back_within_seconds():
    """The longest time in a row that an instance had more than it carries."""
    world, flow = squeezable()
    canary, seen = launched(flow), []
    watch(world, lambda: seen.append(world.load * share(world, CANARY) / 100 > NEW))
    flow.squeeze(canary)
    in_a_row = "".join("x" if too_much else " " for too_much in seen).split()

    assert in_a_row
    assert max(map(len, in_a_row)) <= 6


def test_what_an_instance_drops_without_a_word_is_found_out_by_what_it_was_given():
    world, flow = squeezable(new=Behaviour(carries_rps=80, waits_seconds=0.05))
    spot = flow.squeeze(launched(flow))

    assert spot.rps == pytest.approx(80, rel=0.05)
    assert spot.saturation_rps == pytest.approx(80, rel=0.03)
    assert weights(world) == BAKED


def test_errors_end_a_step():
    _, flow = squeezable(new=Behaviour(carries_rps=80, error_percent=9))
    spot = flow.squeeze(launched(flow))

    assert spot.rps is None
    assert spot.baseline_rps == pytest.approx(RUNNING, rel=0.05)


def squeezed_until(world, flow, canary, happens, once=lambda world: share(world, CANARY) > 15):
    """What it comes to where this happens in the middle of it; the weights of the instant at which it ended."""
    def see():
        if once(world):
            world.on_tick = bool
            happens()

    watch(world, see)
    return flow.squeeze(canary)


def test_it_ends_when_a_peak_begins_and_waits_for_it_to_be_over():
    world, flow = squeezable()
    canary = launched(flow)

    def peak_begins():
        here = MarketClock(world.service.time_scale, world.service.time_zero).at(world.now)
        window = PeakWindow(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), here.time().replace(microsecond=0),
                            (here + timedelta(hours=3)).time().replace(microsecond=0))
        flow.markets.update({name: Market(name, "UTC", (window,)) for name in flow.markets})

    spot = squeezed_until(world, flow, canary, peak_begins)

    assert spot.rps is None
    assert "was not squeezed to the end: us-east-1 waits for its slot" in spot.reason
    assert weights(world) == BAKED


def test_it_does_not_begin_in_a_peak():
    world, flow = squeezable()
    canary = launched(flow)
    here = MarketClock(world.service.time_scale, world.service.time_zero).at(world.now)
    window = PeakWindow(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), (here - timedelta(hours=1)).time(),
                        (here + timedelta(hours=1)).time())
    flow.markets.update({name: replace(market, peaks=(window,)) for name, market in flow.markets.items()})
    ends = world.now + timedelta(hours=1) / world.service.time_scale
    early = []
    watch(world, lambda: early.append(world.now < ends and share(world, CANARY) > 11))

    flow.service = flow.service.model_copy(update={"squeeze": flow.service.squeeze.model_copy(
        update={"limit_minutes": 1200})})
    spot = flow.squeeze(canary)

    assert spot is not None
    assert not any(early)


def test_it_ends_when_the_rest_could_not_carry_all_of_it():
    """200 requests/s at 60 for each need four: prod is scaled in, as it has less to do."""
    world, flow = squeezable()
    canary = launched(flow)
    spot = squeezed_until(world, flow, canary, lambda: world.dies(HERE, "api-prod-v041"))

    assert spot.rps is None
    assert "3 healthy instances would keep taking traffic, but 200 requests/s" in spot.reason
    assert weights(world) == BAKED


def test_where_nobody_declared_what_one_carries_none_may_be_missing():
    world, flow = squeezable(red_black__instance_rps=None)
    canary = launched(flow)
    spot = squeezed_until(world, flow, canary, lambda: world.dies(HERE, "api-prod-v041"))

    assert "3 instances of api-prod-v041 are healthy, and 4 were when the squeeze began" in spot.reason
    assert weights(world) == BAKED


@pytest.mark.parametrize(("suffers", "says"), [
    (Behaviour(carries_rps=RUNNING, prod_p99_ms=400), "api-prod-v041: p99"),
    (Behaviour(carries_rps=RUNNING, prod_error_percent=9), "9.0 % of 160 requests failed, allowed 1.0 %"),
], ids=["latency", "errors"])
def test_it_ends_when_everyone_else_suffers(suffers, says):
    world, flow = squeezable()
    canary = launched(flow)
    spot = squeezed_until(world, flow, canary, lambda: world.changes(HERE, "api-prod-v041", suffers))

    assert says in spot.reason
    assert weights(world) == BAKED


def test_an_instance_that_falls_over_ends_the_step():
    world, flow = squeezable()
    canary, told = launched(flow), []
    world.on_tick = lambda: told.append(share(world, CANARY))

    def falls():
        world.on_tick = bool
        world.dies(HERE, canary.canary_asg)

    spot = squeezed_until(world, flow, canary, falls)

    assert spot.rps == pytest.approx(NEW, rel=0.05)     # what replaced it was squeezed
    curve = kept_curve("api", spot.ami, canary.push_id, world.archive)
    assert any("is unhealthy" in step.why or "is draining" in step.why or "is gone" in step.why for step in curve)


def test_without_the_lease_nothing_is_changed_any_more():
    world, flow = squeezable()
    canary, after = launched(flow), []

    def lost():
        world.leases.take(f"api/prod/{HERE}", "somebody", world.now, by_force=True)
        after.append(weights(world))

    assert squeezed_until(world, flow, canary, lost) is None
    assert "lost the lease" in flow.failures["canary.squeeze"]
    assert weights(world) == after[0]


def test_a_metric_store_that_goes_blind_ends_it_with_the_weights_back():
    world, flow = squeezable()
    canary = launched(flow)
    squeezed_until(world, flow, canary, lambda: setattr(world.metrics[HERE], "blind", True))

    assert weights(world) == BAKED


def test_with_several_instances_one_alone_is_squeezed_and_the_others_come_back():
    world, flow = squeezable(canary__size=2)
    canary, alone = launched(flow), []
    group = next(tg for tg in world.regions[HERE].target_groups.values() if tg.name == CANARY)
    watch(world, lambda: alone.append((share(world, CANARY) > 11, sum(
        target.state == "healthy" for target in group.targets.values()))))
    spot = flow.squeeze(canary)

    assert {healthy for busy, healthy in alone if busy} == {1}
    assert sum(target.state == "healthy" for target in group.targets.values()) == 2
    assert spot.rps == pytest.approx(NEW, rel=0.05)
    assert weights(world) == BAKED
    assert world.lost == 0, world.losses


def test_a_person_who_holds_the_service_back_stops_its_squeeze():
    world, flow = squeezable()
    canary = launched(flow)
    spot = squeezed_until(world, flow, canary, lambda: hold("Ada", "an incident", flow.service, "prod", world.now,
                                                            world.leases))

    assert "Ada" in spot.reason
    assert "an incident" in spot.reason
    assert weights(world) == BAKED
