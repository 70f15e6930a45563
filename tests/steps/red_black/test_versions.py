"""The version check on the instance."""

from dataclasses import replace

import pytest

from include.domain.red_black.versions import Said
from tests.steps.ready import HERE, planned

CHECK = {"port": 8080, "path": "/health", "header": "X-Serin-Commit"}


def first(world, found):
    return world.regions[HERE].groups[found.new].machines[0]


def waiting(world, flow, found):
    flow.step("in_service", found, HERE)
    return flow.failures["us_east_1.in_service"]


def test_a_new_asg_whose_instances_say_the_commit_of_the_push_is_in_service():
    world, flow, found = planned("in_service", version=CHECK)
    assert flow.step("in_service", found, HERE) == found
    assert "instances.ask" in world.executioner.calls


def test_an_instance_that_says_another_commit_is_never_in_service():
    world, flow, found = planned("in_service", version=CHECK)
    world.advance(10)
    odd = first(world, found).id
    world.instances[HERE].said[odd] = Said(200, {"x-serin-commit": "3f2a" * 10})
    assert waiting(world, flow, found).endswith(
        f"api-prod-v042 has 4 of 5 instances that say they run {found.commit[:12]}: {odd} says it runs 3f2a3f2a3f2a, "
        f"not {found.commit[:12]}")


def test_an_instance_that_was_launched_from_another_version_of_the_template_is_named():
    world, flow, found = planned("in_service")
    world.advance(10)
    first(world, found).template_version = "1"
    assert waiting(world, flow, found).endswith(
        "api-prod-v042 launches from version 2 of lt-1, and 1 of 5 instances were launched otherwise: "
        f"{first(world, found).id} from version 1")


def test_the_first_batch_is_asked_before_the_second_is_launched():
    world, flow, found = planned("launch_new", version=CHECK)
    world.instances[HERE]._answer = lambda _: Said(error="ConnectTimeout")
    flow.step("launch_new", found, HERE)
    assert "that say they run" in flow.failures["us_east_1.launch_new"]
    assert world.regions[HERE].groups[found.new].desired == 3


@pytest.mark.parametrize("declared", [{}, {"version": CHECK}])
def test_they_are_asked_only_where_it_is_declared_and_the_commit_is_known(declared):
    world, flow, found = planned("in_service", **declared)
    unknown = replace(found, commit="")
    assert flow.step("in_service", unknown, HERE) == unknown
    assert "instances.ask" not in world.executioner.calls
