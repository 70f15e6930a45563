"""What every `Traffic` promises."""

import pytest

from include.domain.errors import Final


def canary_group(world) -> str:
    return world.traffic.add_target_group(f"{world.cluster}-canary", world.target_group)


def entered(world, weight: int = 0) -> str:
    arn = canary_group(world)
    world.traffic.set_weights({world.target_group: 100 - weight, arn: weight})
    return arn


def instances(world) -> list[str]:
    return [instance.id for instance in world.one(world.asg).instances]


def test_a_target_group_is_found_by_its_name(world):
    assert world.traffic.target_group(world.cluster) == world.target_group
    assert world.traffic.target_group(f"{world.cluster}-nobody") is None


def test_the_arn_holds_the_name(world):
    assert world.target_group.split("/")[1] == world.cluster


def test_adding_a_target_group_twice_makes_one_without_targets_or_weight(world):
    assert canary_group(world) == canary_group(world) == world.traffic.target_group(f"{world.cluster}-canary")
    assert world.states(canary_group(world)) == {}
    assert list(world.traffic.weights()) == [world.target_group]


def test_weights_are_replaced_all_at_once(world):
    arn = entered(world)
    assert world.traffic.weights() == {world.target_group: 100, arn: 0}
    world.traffic.set_weights({world.target_group: 80, arn: 20})
    assert world.traffic.weights() == {world.target_group: 80, arn: 20}
    world.traffic.set_weights({world.target_group: 100})
    assert list(world.traffic.weights()) == [world.target_group]


@pytest.mark.parametrize("weight", [-1, 1000])
def test_a_weight_that_aws_does_not_know_is_refused(world, weight):
    with pytest.raises(Final):
        world.traffic.set_weights({world.target_group: weight})


def test_a_weight_for_an_unknown_target_group_changes_nothing(world):
    before = world.traffic.weights()
    with pytest.raises(Final):
        world.traffic.set_weights({world.target_group: 50, world.target_group.replace("/", "/no-", 1): 50})
    assert world.traffic.weights() == before


def test_a_target_group_that_carries_weight_is_not_removed(world):
    arn = entered(world, 20)
    with pytest.raises(Final):
        world.traffic.remove_target_group(arn)
    assert world.traffic.target_group(f"{world.cluster}-canary") == arn


def test_a_target_group_without_weight_leaves_the_listener_and_is_gone_also_when_said_twice(world):
    arn = entered(world)
    for _ in range(2):
        world.traffic.remove_target_group(arn)
    assert world.traffic.target_group(f"{world.cluster}-canary") is None
    assert list(world.traffic.weights()) == [world.target_group]


def test_a_target_is_checked_only_where_a_listener_uses_its_group(world):
    arn, one = canary_group(world), instances(world)[0]
    world.traffic.register(arn, [one])
    assert world.states(arn) == {one: "unused"}
    world.traffic.set_weights({world.target_group: 100, arn: 0})
    world.until(lambda: world.states(arn) == {one: "healthy"})


def test_a_deregistered_target_drains_and_the_others_go_on(world):
    one, other = instances(world)
    for _ in range(2):
        world.traffic.deregister(world.target_group, [one])
    assert world.states().get(one) in {"draining", None}
    world.until(lambda: world.states() == {other: "healthy"})


def test_a_target_comes_back_when_it_is_registered_again(world):
    one, other = instances(world)
    world.traffic.deregister(world.target_group, [one])
    world.until(lambda: one not in world.states())
    for _ in range(2):
        world.traffic.register(world.target_group, [one])
    world.until(lambda: world.states() == {one: "healthy", other: "healthy"})


def test_a_target_that_drains_can_be_taken_back(world):
    one, other = instances(world)
    world.traffic.deregister(world.target_group, [one])
    world.traffic.register(world.target_group, [one])
    world.until(lambda: world.states() == {one: "healthy", other: "healthy"})


def test_an_instance_that_is_gone_is_deregistered_in_vain_and_the_others_are_not_forgotten(world):
    one, other = instances(world)
    world.traffic.deregister(world.target_group, ["i-00000000000abcdef", one])
    world.until(lambda: set(world.states()) == {other})


def test_the_draining_delay_is_known(world):
    assert world.traffic.drain_seconds(world.target_group) > 0
