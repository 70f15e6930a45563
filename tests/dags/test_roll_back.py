"""Rolling back by hand, in Airflow, against the in-memory world."""

import pytest

from include.domain.push import Push
from tests.stories.flow import Flow
from tests.world.declared import REGIONS


@pytest.fixture
def half_way(world):
    """A push whose new ASG took over in two regions, while the baselines are still kept."""
    commit = world.branches.push("prod", "better")
    image = world.images.add(commit, "prod")
    flow = Flow(world)
    push = Push(flow.push_id, "api", "prod", "patch", commit, "prod", image.name, "", "Ada", world.now)
    for region in REGIONS[:2]:
        flow.region(push, region, until="holds")
    assert not flow.failures
    return world


def weights_of(world, region):
    """Which ASGs take traffic: those with healthy targets in the prod target group."""
    [arn] = [arn for arn, group in world.regions[region].target_groups.items() if group.name == "api-prod"]
    healthy = {t.instance for t in world.traffic[region].targets(arn) if t.state == "healthy"}
    return sorted(asg.name for asg in world.clusters[region].asgs("api-prod")
                  if healthy & {instance.id for instance in asg.instances})


def test_only_the_chosen_region_takes_its_baseline_back(half_way, run):
    colour, states = run("api_roll_back", regions=["us-east-1"], reason="errors on play")
    assert colour == "success"
    assert {task: state for task, state in states.items() if task.endswith("roll_back")} == {
        "us_east_1.roll_back": "success", "us_west_2.roll_back": "skipped", "eu_west_1.roll_back": "skipped"}
    assert weights_of(half_way, "us-east-1") == ["api-prod-v041"]
    assert weights_of(half_way, "us-west-2") == ["api-prod-v042"]
    assert half_way.lost == 0


def test_a_push_that_is_complete_is_undone_in_every_region_by_its_older_ami(world, run):
    world.images.add(world.branches.push("prod", "better"), "prod")
    flow = Flow(world)
    for region in REGIONS:
        assert flow.region(flow.pushed_commit(), region), flow.failures
    colour, _ = run("api_roll_back", reason="viewers complain")
    assert colour == "success"
    assert [weights_of(world, region) for region in REGIONS] == [["api-prod-v043"]] * 3
    assert world.lost == 0


def test_a_rollback_that_found_nothing_to_undo_is_red(world, run):
    colour, states = run("api_roll_back", regions=["eu-west-1"], reason="it feels slow")
    assert colour == "failed"
    assert states["eu_west_1.push_to_undo"] == "failed"


def test_it_takes_the_lease_from_a_push_that_goes_on(half_way, run):
    held = half_way.leases.held["api/prod/us-east-1"]
    run("api_roll_back", regions=["us-east-1"], reason="errors on play")
    lease = half_way.leases.held.get("api/prod/us-east-1")
    assert lease is None or lease.token > held.token
