"""Squeezes in Airflow, in a push and by hand, against the in-memory world."""

import pytest

from include.domain.squeeze.sweet_spot import unpacked
from tests.dags.test_calibrate import V041, serving
from tests.stories.squeezing import PLAN, SHORT

LIVE = {**SHORT, "squeeze": PLAN}


def spots(world):
    return [unpacked(world.archive.objects[key])[0] for key in world.archive.keys("squeezes/api/")
            if key.endswith(".json")]


@pytest.mark.parametrize("world", [LIVE], indirect=True)
def test_a_push_squeezes_its_canary_between_bake_and_score(world, run):
    world.branches.push("prod", "better")
    colour, states = run("api_patch_push")

    assert (colour, states["canary.squeeze"]) == ("success", "success")
    [spot] = spots(world)
    assert spot.rps == pytest.approx(60, rel=0.03)      # 60 % of 100 requests/s, and an instance carries 100
    assert any("canary.squeeze" in said and "at least" in said for said in map(str, world.chat.room))
    assert world.lost == 0, world.losses


def test_a_service_that_squeezes_nothing_has_no_such_task(world, dags):
    assert "canary.squeeze" not in dags().dags["api_patch_push"].task_ids


@pytest.mark.parametrize("world", [LIVE], indirect=True)
@pytest.mark.parametrize("asked", [{}, {"ami": "built before", "reason": "a look"}], ids=["running", "chosen"])
def test_by_hand_an_ami_is_squeezed_and_nothing_is_left(world, run, asked):
    image = world.images.add(world.branches.push("test", "tried"), "test")
    asked = {**asked, **({"ami": image.name} if asked else {})}
    colour, states = run("api_squeeze", **asked)

    assert colour == "success", states
    assert set(states) == {"start_squeeze", "launch", "squeeze", "retire"}
    [spot] = spots(world)
    assert (spot.ami == image.name) is bool(asked)
    assert serving(world) == V041
    assert not world.leases.held
    assert world.lost == 0, world.losses


@pytest.mark.parametrize("world", [LIVE], indirect=True)
def test_by_hand_what_is_not_there_or_vetoed_is_red_before_anything_is_changed(world, run):
    image = world.images.add(world.branches.push("test", "worse"), "test")
    world.images.veto(image.name, "it did harm", "Ada", world.now)

    for ami, says in (("api-never", "there is no AMI api-never of api"), (image.name, "is vetoed: it did harm")):
        colour, states = run("api_squeeze", ami=ami)
        assert (colour, states["start_squeeze"]) == ("failed", "failed")
        assert any(says in str(said) for said in world.chat.room)
    assert serving(world) == V041


@pytest.mark.parametrize("world", [LIVE], indirect=True)
def test_by_hand_what_was_not_found_is_red_and_still_retired(world, run):
    def goes_blind():
        if len(world.regions["us-east-1"].weights) > 1:
            world.metrics["us-east-1"].blind = True

    world.on_tick = goes_blind
    colour, states = run("api_squeeze")

    assert (colour, states["squeeze"], states["retire"]) == ("failed", "failed", "failed")
    assert serving(world) == V041
    assert not world.leases.held
