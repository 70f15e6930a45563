"""A commit becomes an AMI."""

from dataclasses import replace

import pytest

from include.domain.errors import BadInput
from include.domain.looks import Wait
from include.steps.images.build import build_ami
from tests.steps.ready import HERE, ready


def test_a_new_commit_is_built_and_the_push_knows_its_ami():
    world, flow = ready()
    push = replace(flow.pushed_commit(), ami="", commit=world.branches.push("prod", "new"))
    since = world.now
    assert isinstance(build_ami(push, world.service, world.look(since), world.images), Wait)
    world.advance(10)
    built = build_ami(push, world.service, world.look(since), world.images)
    assert built == replace(push, ami=f"api-{push.commit[:12]}")


def test_what_was_built_before_is_not_built_again():
    world, flow = ready()
    push = replace(flow.pushed_commit(), ami="")
    assert build_ami(push, world.service, world.look(), world.images) == flow.pushed_commit()
    assert not world.images.started


def test_an_ami_that_is_gone_is_refused_by_name():
    world, flow = ready()
    with pytest.raises(BadInput, match="api-gone"):
        build_ami(replace(flow.pushed_commit(), ami="api-gone"), world.service, world.look(), world.images)


def test_an_ami_that_one_region_lacks_is_refused_before_anything_is_changed():
    world, flow = ready()
    push = flow.pushed_commit()
    del world.images.named(push.ami).ids[HERE]
    with pytest.raises(BadInput, match=f"AMI '{push.ami}' is not in us-east-1"):
        build_ami(push, world.service, world.look(), world.images)
