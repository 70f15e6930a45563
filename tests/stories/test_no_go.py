"""A bad commit ends at its canary: a no-go with the reason that fits, the canary retired, prod as it was."""

import pytest

from include.domain.push import PushEnd
from include.steps.canary import life as canary
from tests.stories.flow import Flow
from tests.stories.telling import runs, tells
from tests.world.declared import REGIONS, service
from tests.world.region import Behaviour
from tests.world.world import World


def push_of(behaviour: Behaviour, world: World) -> Flow:
    world.behaves(world.branches.push("prod", "a bad idea"), behaviour)
    flow = Flow(world)
    flow.record = flow.push()
    return flow


def assert_as_it_was(world: World) -> None:
    assert runs(world) == {region: ["api-prod-v041"] for region in world.regions}
    assert all(list(region.weights.values()) == [100] for region in world.regions.values())
    assert all(len(region.target_groups) == 1 for region in world.regions.values())
    assert not world.leases.held


def test_a_slow_tail_is_a_no_go():
    world = World(service(regions=1))
    flow = push_of(Behaviour(p99_ms=96), world)
    tells(world, "canary.bake: done", "canary.score: failed: no-go: score", "canary.retire: done",
          "FailureClean: no-go")
    assert "latency_ms.all.p99" in flow.record.reason
    assert flow.record.end == PushEnd.FAILURE_CLEAN
    assert_as_it_was(world)
    assert world.lost == 0, world.losses


@pytest.mark.parametrize(("behaviour", "what"), [
    pytest.param(Behaviour(p99_ms=400), "latency", id="five times as slow"),
    pytest.param(Behaviour(error_percent=50), "errors", id="every second request fails"),
])
def test_overwhelming_harm_ends_the_bake_at_once(behaviour, what):
    world = World(service(regions=1))
    flow = push_of(behaviour, world)
    tells(world, "canary.bake: failed: no-go: overwhelming harm", "canary.retire: done", "FailureClean")
    assert what in flow.failures["canary.bake"]
    assert "canary.score" not in flow.failures
    assert_as_it_was(world)


def test_an_ami_that_does_not_start_is_a_no_go_that_says_so():
    world = World(service(regions=1))
    flow = push_of(Behaviour(starts=False), world)
    assert flow.failures["canary.launch"].startswith("no-go: the baseline is in service and the canary is not")
    tells(world, "canary.retire: done", "FailureClean: no-go: the baseline is in service")
    assert_as_it_was(world)
    assert world.lost == 0, world.losses


def test_a_canary_whose_instance_dies_is_a_no_go_at_the_next_look():
    world = World(service(regions=1))
    world.images.add(world.branches.push("prod", "dies"), "prod")
    flow = Flow(world)
    launched = flow.world.run(lambda look: _launch(flow, look), "canary.launch")
    world.advance(3)
    world.dies(launched.region, launched.canary_asg)
    world.advance(3)
    flow._task("canary.bake", lambda look: canary.bake(
        launched, flow.service, look, **flow._ports("clusters", "traffic", "metrics", "archive")))
    assert flow.failures["canary.bake"].startswith("no-go: the canary fell over and its baseline did not")


def test_no_capacity_for_the_canary_is_no_verdict_and_says_what_aws_said():
    world = World(service(regions=1))
    world.regions[REGIONS[0]].no_capacity = "We currently do not have sufficient c7g.large capacity in us-east-1a."
    flow = push_of(Behaviour(), world)
    assert "no-go" not in flow.failures["canary.launch"]
    assert flow.failures["canary.launch"].endswith(
        "Auto Scaling failed 3 times: We currently do not have sufficient c7g.large capacity in us-east-1a.")
    assert flow.record.end == PushEnd.FAILURE_CLEAN
    assert_as_it_was(world)


def test_no_traffic_is_never_success():
    world = World(service(regions=1))
    world.load = 0
    flow = push_of(Behaviour(), world)
    assert flow.failures["canary.score"].startswith("inconclusive")
    assert flow.record.end == PushEnd.FAILURE_CLEAN


def _launch(flow: Flow, look):
    push = flow.pushed_commit()
    return canary.launch_canary(push, flow.service, look,
                                **flow._ports("clusters", "traffic", "images", "metrics", "leases", "runs", "archive"))
