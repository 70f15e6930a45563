"""Putting right what was left behind in one region: under the lease, and nothing that somebody holds."""

from copy import deepcopy
from datetime import timedelta

import pytest

from include.domain import asg_tags
from include.domain.cluster import NewAsg
from include.domain.errors import GaveUp, NothingToUndo
from include.domain.looks import Wait
from include.steps.undoing.repair import repair
from tests.steps.ready import HERE, ready
from tests.stories.flow import IN_A_REGION, Flow
from tests.stories.repairing import REPAIR, lease_ran_out, left_in_the_middle, looks, ports, repaired
from tests.stories.telling import serving, tells
from tests.stories.test_dying_anywhere import assert_nothing_lost, assert_undone


@pytest.mark.parametrize("step", IN_A_REGION)
def test_beside_a_push_that_lives_nothing_is_changed(step):
    world, _ = ready()
    flow = Flow(world)
    flow.region(flow.pushed_commit(), HERE, until=step)
    before = deepcopy((world.clusters[HERE].asgs("api-prod"), world.regions[HERE].weights, world.leases.held))
    with pytest.raises(NothingToUndo, match=r"us-east-1 is left alone: .* held by patch push api-20261103T100000"):
        repaired(world)
    assert looks(world).held
    assert (world.clusters[HERE].asgs("api-prod"), world.regions[HERE].weights, world.leases.held) == before


def test_a_person_who_takes_the_lease_stops_it_at_its_next_look():
    world, _ = ready()
    left_in_the_middle(world)
    lease_ran_out(world)
    place = ports(world, "clusters", "traffic", "metrics", "leases", "runs")
    assert isinstance(repair(REPAIR, world.service, "prod", HERE, world.look(), *place), Wait)
    world.leases.take("api/prod/us-east-1", "a person", world.now, by_force=True)
    with pytest.raises(NothingToUndo, match="held by a person"):
        repaired(world)


def test_what_a_push_left_whose_run_has_ended_is_put_right_before_its_lease_runs_out():
    world, _ = ready()
    left_in_the_middle(world)
    world.advance(20)
    assert "is held by" in looks(world).held
    world.dag_runs.states[world.dag_runs.here] = True
    assert looks(world).count
    repaired(world)
    world.advance(20)
    assert_undone(world)


def test_what_was_kept_long_enough_is_deleted_and_not_before():
    world, _ = ready()
    left_in_the_middle(world)
    Flow(world).roll_back(HERE)
    assert not looks(world).count
    world.now += timedelta(days=2)
    world.advance(20)
    assert "v042 is black, and was kept until" in looks(world).says
    repaired(world)
    world.advance(20)
    assert list(world.regions[HERE].groups) == ["api-prod-v041"]
    assert_nothing_lost(world)


def test_nothing_is_deleted_while_those_that_serve_cannot_do_without():
    world, _ = ready()
    left_in_the_middle(world)
    Flow(world).roll_back(HERE)
    world.now += timedelta(days=2)
    world.regions[HERE].load_rps = 260
    world.advance(20)
    with pytest.raises(GaveUp, match="v042 is kept: 4 healthy instances would keep taking traffic, but 260 requests/s"):
        repaired(world)
    assert "api-prod-v042" in world.regions[HERE].groups
    assert not world.leases.held


def test_where_a_person_deleted_the_new_asg_the_black_one_takes_the_traffic_again():
    world, _ = ready()
    left_in_the_middle(world)
    world.load = 0
    world.clusters[HERE].delete("api-prod-v042")
    lease_ran_out(world)
    assert "api-prod-v041 is disabled, and nothing else takes the traffic of api-prod" in looks(world).says
    repaired(world)
    assert serving(world, HERE) == {"api-prod-v041"}
    assert_undone(world)


def test_black_that_somebody_registered_again_is_taken_off_when_the_others_carry():
    world, _ = ready()
    left_in_the_middle(world)
    Flow(world).roll_back(HERE)
    traffic, new = world.traffic[HERE], world.regions[HERE].groups["api-prod-v042"]
    traffic.register(traffic.target_group("api-prod"), [machine.id for machine in new.machines])
    world.advance(20)
    assert "api-prod-v042" in looks(world).says
    repaired(world)
    assert_undone(world)


def test_what_only_a_person_can_decide_is_told_and_left():
    world, _ = ready()
    clusters, here = world.clusters[HERE], world.regions[HERE]
    clusters.create(NewAsg("api-prod-v050", "api-prod-v041", here.groups["api-prod-v041"].ami, 4, {}))
    clusters.resize("api-prod-v050", minimum=1, maximum=4, desired=1)
    world.advance(20)
    assert repaired(world).says.endswith("all take traffic (of no push): a person must take all but one of them away")
    assert serving(world, HERE) == {"api-prod-v041", "api-prod-v050"}


def test_what_it_does_is_told_while_it_does_it():
    world, _ = ready()
    left_in_the_middle(world)
    lease_ran_out(world)
    repaired(world)
    tells(world, "repair: waits: api-prod-v041 must take traffic first", "repair: waits: api-prod-v041 takes traffic "
          "again; api-prod-v042 still drains", "repair: waits: was done: api-prod-v042 and api-prod-v041 stand in the "
          "middle of a push (left by api-20261103T100000-abc123", "repair: done")


def test_what_a_person_suspended_on_the_old_one_stays_suspended_on_its_successor():
    world, _ = ready()
    world.clusters[HERE].suspend("api-prod-v041", ["AZRebalance"])
    left_in_the_middle(world)
    new, clusters = world.regions[HERE].groups["api-prod-v042"], world.clusters[HERE]
    clusters.tag(new.name, {asg_tags.SIZES: None})      # un-pinned, and then its push died
    lease_ran_out(world)
    repaired(world)
    world.advance(20)
    assert list(world.regions[HERE].groups) == [new.name]
    assert new.suspended == {"AZRebalance"}
    assert_nothing_lost(world)
