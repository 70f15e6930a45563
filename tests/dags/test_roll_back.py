"""Rolling back by hand, in Airflow, against the in-memory world."""

import pytest

from include.domain.push import Push, PushEnd
from include.steps.push.record import kept_record
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
    assert {task: state for task, state in states.items() if task.endswith(".roll_back")} == {
        "us_east_1.roll_back": "success", "us_west_2.roll_back": "skipped", "eu_west_1.roll_back": "skipped"}
    assert weights_of(half_way, "us-east-1") == ["api-prod-v041"]
    assert weights_of(half_way, "us-west-2") == ["api-prod-v042"]
    assert half_way.lost == 0


def test_a_push_that_is_complete_is_undone_in_every_region_by_its_older_ami(world, run):
    world.images.add(world.branches.push("prod", "better"), "prod")
    flow = Flow(world)
    for region in REGIONS:
        assert flow.region(flow.pushed_commit(), region), flow.failures
    assert flow.finish(flow.pushed_commit()).end == PushEnd.SUCCESS
    colour, _ = run("api_roll_back", reason="viewers complain")
    assert colour == "success"
    assert [weights_of(world, region) for region in REGIONS] == [["api-prod-v043"]] * 3
    assert world.lost == 0
    record, _ = kept_record("api", flow.push_id, world.archive)
    assert (record.end, record.regions) == (PushEnd.FAILURE_CLEAN, "")
    assert record.reason == "rolled back by dag_test: viewers complain"


def test_the_ami_that_was_rolled_back_is_vetoed_until_somebody_lifts_it(half_way, run):
    image = half_way.images.find(half_way.branches.head("prod"))
    run("api_roll_back", regions=["us-east-1"], reason="errors on play")
    assert half_way.images.named(image.name).veto.startswith("errors on play (dag_test, 2026-11-03 10:")
    colour, states = run("api_patch_push", ami=image.name)
    assert (colour, states["start_push"]) == ("failed", "failed")
    assert any(f"AMI {image.name} is vetoed: errors on play" in said and "api_lift_veto lifts it" in said
               for said in half_way.chat.room)
    assert run("api_lift_veto", ami=image.name, reason="it was the database")[0] == "success"
    assert half_way.images.named(image.name).veto == ""
    assert any(f"AMI {image.name} may be pushed again (dag_test: it was the database)" in said
               for said in half_way.chat.room)
    assert run("api_lift_veto", ami=image.name, reason="it was the database")[0] == "failed"


def test_a_person_may_roll_back_without_a_veto(half_way, run):
    run("api_roll_back", regions=["us-east-1"], reason="too slow, but not its fault", veto=False)
    assert half_way.images.find(half_way.branches.head("prod")).veto == ""


def test_a_rollback_that_found_nothing_to_undo_is_red(world, run):
    colour, states = run("api_roll_back", regions=["eu-west-1"], reason="it feels slow")
    assert colour == "failed"
    assert states["eu_west_1.push_to_undo"] == "failed"


def test_it_takes_the_lease_from_a_push_that_goes_on(half_way, run):
    held = half_way.leases.held["api/prod/us-east-1"]
    run("api_roll_back", regions=["us-east-1"], reason="errors on play")
    lease = half_way.leases.held.get("api/prod/us-east-1")
    assert lease is None or lease.token > held.token
