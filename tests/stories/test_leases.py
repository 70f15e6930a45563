"""One push per cluster: whoever comes second waits and says for whom; who lost the lease stops."""

from datetime import timedelta

from include.domain.push import PushEnd
from tests.stories.flow import Flow
from tests.stories.telling import runs, tells
from tests.world.declared import REGIONS, service
from tests.world.world import World

HERE = REGIONS[0]
KEY = "api/prod/us-east-1"


def ready() -> tuple[World, Flow]:
    world = World(service(regions=1))
    world.images.add(world.branches.push("prod", "a fix"), "prod")
    return world, Flow(world)


def test_a_push_waits_for_the_holder_of_the_lease_by_name_and_goes_on_when_it_is_given_back():
    world, flow = ready()
    first, ends = "api-20261103T090000-first0", world.now + timedelta(seconds=10)
    world.leases.take(KEY, first, world.now)
    world.on_tick = lambda: world.now >= ends and world.leases.release(KEY, first)
    record = flow.push()
    tells(world, "canary.launch: waits: the lease of api/prod/us-east-1 is held by api-20261103T090000-first0 until",
          "canary.launch: done", "Success")
    assert record.end == PushEnd.SUCCESS


def test_a_push_that_waits_too_long_for_a_lease_changes_nothing():
    world, flow = ready()
    world.leases.take(KEY, "somebody", world.now)
    record = flow.push()
    assert "held by somebody" in record.reason
    assert record.end == PushEnd.FAILURE_CLEAN
    assert runs(world) == {HERE: ["api-prod-v041"]}
    assert world.leases.held[KEY].owner == "somebody"


def test_a_step_whose_lease_was_taken_changes_nothing_any_more():
    world, flow = ready()
    flow.region(flow.pushed_commit(), HERE, until="disable_baseline")
    before = world.clusters[HERE].asgs("api-prod"), dict(world.regions[HERE].weights)
    world.leases.take(KEY, "a person", world.now, by_force=True)
    flow.step("disable_baseline", flow.plan, HERE)
    assert "held by a person" in flow.failures["us_east_1.disable_baseline"]
    assert (world.clusters[HERE].asgs("api-prod"), world.regions[HERE].weights) == before


def test_a_lease_that_is_taken_in_the_middle_of_a_step_stops_its_next_change():
    world, flow = ready()
    flow.region(flow.pushed_commit(), HERE, until="disable_baseline")
    taken = lambda: world.leases.take(KEY, "a person", world.now, by_force=True)  # noqa: E731
    world.executioner.before = {"clusters.suspend": taken}
    flow.step("disable_baseline", flow.plan, HERE)
    assert "lost the lease" in flow.failures["us_east_1.disable_baseline"]
    assert "traffic.deregister" not in world.executioner.calls


def test_the_lease_is_renewed_at_every_look():
    world, flow = ready()
    world.leases.lasts = 5 * flow.service.lasts(minutes=1)
    record = flow.push()
    assert record.end == PushEnd.SUCCESS, world.log
    assert world.leases.tokens == {KEY: 1}
