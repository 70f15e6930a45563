"""What every `Images` promises, whoever makes the AMIs."""

from datetime import UTC, datetime

import pytest

from include.domain.looks import Look, Wait
from plugins.kinds import IMAGES
from tests.contract import in_memory, on_local_cloud


@pytest.fixture(params=["in memory", *IMAGES])
def world(request):
    made = in_memory.made if request.param == "in memory" else on_local_cloud.made
    with made(request) as there:
        there.image_kind = request.param
        yield there


def built(world):
    since, waits = world.now(), []

    def step():
        answer = world.images.build(world.commit, "prod", Look(world.now(), since))
        if isinstance(answer, Wait):
            waits.append(answer)
            return None
        return answer
    return world.until(step), waits


def test_a_commit_that_was_never_built_has_no_ami(world):
    assert world.images.find(world.commit) is None
    assert world.images.named("nobody-123456789abc") is None


def test_a_build_says_what_it_waits_for_and_ends_as_an_ami_in_every_region(world):
    image, waits = built(world)
    assert waits
    assert all(wait.reason and wait.gives_up and wait.next_look > wait.since for wait in waits)
    assert (image.commit, image.branch) == (world.commit, "prod")
    assert image.name.endswith(f"-{world.commit[:12]}")
    assert set(image.ids) == set(world.image_regions)


def test_an_ami_is_found_again_by_commit_by_name_and_by_any_id(world):
    image, _ = built(world)
    assert world.images.find(world.commit) == image
    assert world.images.named(image.name) == image
    assert all(world.images.named(ami) == image for ami in image.ids.values())


def test_building_again_gives_the_same_ami(world):
    image, _ = built(world)
    assert built(world)[0] == image


def test_a_veto_says_why_by_whom_and_when_until_it_is_lifted(world):
    image, _ = built(world)
    assert image.veto == ""
    world.images.veto(image.name, "latency 1.8 × baseline, 5 % errors", "Ada", datetime(2026, 11, 3, 10, 2, tzinfo=UTC))
    said = "latency 1.8 × baseline, 5 % errors (Ada, 2026-11-03 10:02 UTC)"
    assert world.images.find(world.commit).veto == said
    assert all(world.images.named(ami).veto == said for ami in image.ids.values())
    world.images.lift(image.name)
    world.images.lift(image.name)
    assert world.images.find(world.commit) == image


def test_a_veto_that_is_there_when_a_commit_is_built_again_stays(world):
    image, _ = built(world)
    world.images.veto(image.name, "it did harm", "Ada", datetime(2026, 11, 3, 10, 2, tzinfo=UTC))
    assert built(world)[0].veto == "it did harm (Ada, 2026-11-03 10:02 UTC)"


def test_an_ami_knows_when_it_was_made(world):
    before = world.now()
    image, _ = built(world)
    assert before.replace(microsecond=0) <= image.built_at <= world.now()


def test_of_many_commits_the_ami_of_the_first_that_has_one_is_found(world):
    image, _ = built(world)
    others = [f"{number:040x}" for number in range(450)]
    assert world.images.first_of([*others, world.commit, *others]) == image
    assert world.images.first_of(others) is None
    assert world.images.first_of([]) is None
