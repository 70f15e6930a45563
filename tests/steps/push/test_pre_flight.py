"""What would stop a push is known before anything is changed."""

import pytest

from include.domain.errors import BadInput
from include.domain.push import PushEnd
from include.steps.push.pre_flight import must_fit
from tests.steps.ready import HERE, planned
from tests.stories.flow import Flow
from tests.world.declared import REGIONS, service
from tests.world.world import World

CHANGES = {"clusters.create", "clusters.resize", "clusters.tag", "traffic.set_weights", "leases.take"}


def pushed(regions=2):
    world = World(service(regions=regions))
    world.images.add(world.branches.push("prod", "a fix"), "prod")
    return world, Flow(world)


def test_all_that_is_wrong_in_any_region_is_said_at_once_and_nothing_is_changed():
    world, flow = pushed(regions=3)
    first, second, third = (world.regions[name] for name in REGIONS)
    first.addresses, first.most_targets = 6, 8
    second.refused = ["api-prod-v041: scaling policies cannot be copied: quiet is no metric alarm"]
    third.groups["api-prod-v041"].template = ""
    record = flow.push(commit=world.branches.head("prod"))
    assert record.end == PushEnd.FAILURE_CLEAN
    said = flow.failures["pre_flight"]
    for part in ("us-east-1: api-prod-v042 needs 5 addresses, and 2 are free in its subnets (subnet-a has 2)",
                 "us-east-1: api-prod-v042 needs 5 more targets, and load balancer api-prod has 4 of 8",
                 "us-west-2: api-prod-v041: scaling policies cannot be copied: quiet is no metric alarm",
                 "eu-west-1: api-prod-v041 in eu-west-1 has a launch configuration"):
        assert part in said
    assert not CHANGES.intersection(world.executioner.calls)


def test_an_ami_that_a_region_cannot_use_stops_the_push_before_the_canary():
    world, flow = pushed()
    ami = world.images.named(flow.pushed_commit().ami).ids["us-west-2"]
    world.regions["us-west-2"].gone_amis.add(ami)
    flow.push(commit=world.branches.head("prod"))
    assert flow.failures == {"pre_flight": f"us-west-2: AMI {ami} is not there for this account"}


def test_an_alarm_that_does_not_exist_stops_the_push_before_the_canary():
    world, flow = pushed()
    regions = world.service.environments["prod"].regions
    prod = world.service.environments["prod"].model_copy(update={
        "regions": (regions[0], regions[1].model_copy(update={"alarms": ("api-errors",)}))})
    flow.service = world.service.model_copy(update={"environments": {"prod": prod}})
    flow.push(commit=world.branches.head("prod"))
    assert flow.failures == {"pre_flight": "us-west-2: there is no alarm api-errors"}


def test_two_asgs_under_traffic_in_a_later_region_stop_the_push_before_the_first():
    world, flow = pushed()
    flow.region(flow.pushed_commit(), "us-west-2", until="red_red")
    again = Flow(world, push_id="api-20261103T120000-later0")
    again.push(commit=world.branches.head("prod"))
    assert again.failures["pre_flight"].startswith("us-west-2: 2 ASGs of api-prod take traffic in us-west-2")


def test_a_region_that_has_filled_up_since_is_refused_before_its_new_asg_is_made():
    world, flow, found = planned("launch_new")
    world.regions[HERE].addresses = 7
    flow.step("launch_new", found, HERE)
    assert flow.failures["us_east_1.launch_new"] == (
        "us-east-1: api-prod-v042 needs 5 addresses, and 3 are free in its subnets (subnet-a has 3)")
    assert not CHANGES.difference({"leases.take"}).intersection(world.executioner.calls)


@pytest.mark.parametrize("until", ["red_red", ""], ids=["on its way", "complete"])
def test_a_region_that_the_push_has_begun_is_passed_over_when_the_push_is_taken_up_again(until):
    world, flow = pushed()
    push = flow.pushed_commit()
    flow.region(push, HERE, until=until)
    world.regions[HERE].addresses = 0
    assert flow.pre_flight(push), flow.failures


def test_room_is_not_asked_for_again_once_the_new_asg_is_there():
    world, flow, found = planned("in_service")
    world.regions[HERE].addresses = 0
    assert flow.step("launch_new", found, HERE) == found


def test_a_region_that_is_full_is_bad_input():
    world, flow = pushed()
    world.regions[HERE].addresses = 0
    flow.region(flow.pushed_commit(), HERE, until="launch_new")
    with pytest.raises(BadInput, match="us-east-1: api-prod-v042 needs 5 addresses"):
        must_fit(flow.plan, world.limits[HERE])
