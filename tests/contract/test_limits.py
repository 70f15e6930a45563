"""What every `Limits` promises."""

import pytest

from include.domain.cluster import NewAsg
from include.domain.errors import Final


def test_an_asg_that_can_be_moved_to_an_ami_that_is_there_is_not_refused(world):
    assert world.limits.refuses(world.asg, world.ami) == []


def test_an_ami_that_is_not_there_is_named(world):
    refused, = world.limits.refuses(world.asg, world.no_ami)
    assert world.no_ami in refused


def test_an_asg_that_is_not_there_is_named(world):
    for ask in (lambda: world.limits.refuses("nobody-v001", world.ami), lambda: world.limits.room("nobody-v001")):
        with pytest.raises(Final, match="nobody-v001"):
            ask()


def test_the_targets_of_the_load_balancer_are_counted_with_those_of_other_target_groups(world):
    before, = world.limits.room(world.asg).balancers
    assert (before.name, before.groups, before.targets) == (world.cluster, 1, 2)
    assert before.most > before.targets
    arn = world.traffic.add_target_group(f"{world.cluster}-canary", world.target_group)
    world.traffic.set_weights({world.target_group: 100, arn: 0})
    world.traffic.register(arn, [world.one(world.asg).instances[0].id])
    after, = world.limits.room(world.asg).balancers
    assert (after.groups, after.targets) == (1, 3)


def test_one_asg_more_is_counted(world):
    before = world.limits.room(world.asg)
    assert 0 < before.asgs < before.most_asgs
    world.clusters.create(NewAsg(f"{world.cluster}-v042", world.asg, world.ami, 6, {}))
    world.until(lambda: world.limits.room(world.asg).asgs > before.asgs)


def test_instances_take_addresses(world):
    before = sum(world.limits.room(world.asg).addresses.values())
    world.clusters.resize(world.asg, minimum=2, maximum=10, desired=4)
    world.serving(world.asg, 4)
    assert sum(world.limits.room(world.asg).addresses.values()) < before
