"""An AMI that did harm is not pushed again until somebody says so."""

import pytest

from include.domain.errors import BadInput, Refused
from include.steps.images.build import build_ami
from include.steps.images.veto import lift_veto, veto_for_harm, veto_undone
from include.steps.push.ends import PushRequest, start_push
from include.steps.red_black.create import image_id
from tests.steps.ready import HERE, planned, ready

SAYS = r"AMI {} is vetoed: errors on play \(Ada, 2026-11-03 10:01 UTC\); api_lift_veto lifts it"


def vetoed():
    world, flow = ready()
    push = flow.pushed_commit()
    world.images.veto(push.ami, "errors on play", "Ada", world.now)
    return world, flow, push


def start(world, **asked):
    request = PushRequest("patch", asked.get("commit", ""), asked.get("ami", ""), "again", "Grace")
    return start_push(request, "api-1", world.service, world.now, world.branches, world.images, world.clusters)


def test_it_is_refused_at_the_start_by_its_commit_its_name_and_as_the_head_of_its_branch():
    world, _, push = vetoed()
    for asked in ({"commit": push.commit}, {"ami": push.ami}, {}):
        with pytest.raises(Refused, match=SAYS.format(push.ami)):
            start(world, **asked)


def test_one_that_is_vetoed_while_it_is_on_its_way_goes_no_further():
    world, flow, push = vetoed()
    with pytest.raises(Refused, match=SAYS.format(push.ami)):
        build_ami(push, flow.service, world.look(), world.images)
    with pytest.raises(Refused, match=SAYS.format(push.ami)):
        image_id(push, HERE, world.images)
    flow.region(push, HERE)
    assert "is vetoed" in flow.failures["us_east_1.plan"]
    assert list(world.regions[HERE].groups) == ["api-prod-v041"]


def test_a_newer_commit_is_not_concerned():
    world, _, _ = vetoed()
    world.branches.push("prod", "the mended fix")
    assert start(world).commit == world.branches.head("prod")


def test_harm_vetoes_once_and_what_failed_for_another_reason_does_not():
    world, flow = ready()
    push = flow.pushed_commit()
    assert veto_for_harm(push, [], world.now, world.images) == ""
    assert world.images.named(push.ami).veto == ""
    said = veto_for_harm(push, ["no-go: score 90 is under 95"], world.now, world.images)
    assert said == f"AMI {push.ami} is vetoed; api_lift_veto lifts it"
    veto_for_harm(push, ["another reason"], world.now, world.images)
    assert world.images.named(push.ami).veto.startswith("no-go: score 90 is under 95 (Serin, 2026-11-03")


def test_after_a_rollback_by_hand_the_ami_of_what_the_push_made_is_vetoed():
    world, flow, plan = planned("holds")
    def veto():
        return veto_undone(plan.push_id, flow.service, "prod", "viewers complain", "Ada", world.now, world.clusters,
                           world.images)
    assert veto() == f"AMI {flow.pushed_commit().ami} is vetoed; api_lift_veto lifts it"
    del world.regions[HERE].groups[plan.new]
    assert veto() == ""


def test_a_person_lifts_it_and_what_is_not_vetoed_is_refused_by_name():
    world, flow, push = vetoed()
    said = lift_veto(push.ami, "it was the database", "Grace", flow.service, world.images)
    assert said.startswith(f"AMI {push.ami} may be pushed again (Grace: it was the database); it was vetoed: errors on")
    assert start(world).commit == push.commit
    with pytest.raises(BadInput, match=f"AMI {push.ami} is not vetoed"):
        lift_veto(push.ami, "again", "Grace", flow.service, world.images)
    with pytest.raises(BadInput, match="there is no AMI 'nobody' of api"):
        lift_veto("nobody", "why not", "Grace", flow.service, world.images)
