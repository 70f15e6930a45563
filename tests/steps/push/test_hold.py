"""A service that a person holds back begins nothing, finishes what it began, and says who to ask."""

from datetime import timedelta

import pytest

from include.domain.errors import Refused
from include.domain.looks import Wait
from include.domain.peak_windows import Market
from include.steps.push.hold import hold, resume
from include.steps.red_black.peak_windows import off_peak
from tests.steps.canary.test_life import launch, launched
from tests.steps.ready import HERE, ready
from tests.world.declared import MARKETS

QUIET = {name: Market(name, "UTC") for name in MARKETS}


def held(world, flow, who: str = "Ada", why: str = "the database is moved") -> str:
    return hold(who, why, flow.service, "prod", world.now, world.leases)


def begins(world, flow):
    return off_peak(flow.pushed_commit(), HERE, flow.service, QUIET, world.look(), world.leases)


def test_no_region_is_begun_and_the_wait_says_who_and_why():
    world, flow = ready()
    held(world, flow)
    waits = begins(world, flow)
    assert isinstance(waits, Wait)
    assert "held back in prod by Ada since" in waits.reason
    assert "the database is moved" in waits.reason
    assert waits.gives_up is None


def test_no_canary_is_launched_and_nothing_is_leased():
    world, flow = ready()
    held(world, flow)
    leases = dict(world.leases.held)
    assert "held back in prod by Ada" in launch(world, flow).reason
    assert world.leases.held == leases
    assert len(world.regions[HERE].groups) == 1


def test_a_canary_that_is_being_launched_goes_on():
    world, flow = ready()
    launch(world, flow)
    held(world, flow)
    assert launched(world, flow).canary_asg


def test_it_never_runs_out():
    world, flow = ready()
    world.leases.lasts = timedelta(seconds=1)
    held(world, flow)
    world.advance(60)
    assert isinstance(begins(world, flow), Wait)


def test_who_holds_it_back_first_is_named_and_anybody_may_resume():
    world, flow = ready()
    held(world, flow)
    assert "by Ada" in held(world, flow, "Grace", "me too")
    said = resume("Grace", "it is moved", flow.service, "prod", world.leases)
    assert said == "Grace resumed api in prod, which Ada had held back: it is moved"
    assert begins(world, flow) == flow.pushed_commit()


def test_there_is_nothing_to_resume_where_nothing_is_held_back():
    world, flow = ready()
    with pytest.raises(Refused, match="api is not held back in prod"):
        resume("Ada", "why not", flow.service, "prod", world.leases)


def test_another_environment_is_not_held_back():
    world, flow = ready()
    hold("Ada", "tests are broken", flow.service, "staging", world.now, world.leases)
    assert begins(world, flow) == flow.pushed_commit()
