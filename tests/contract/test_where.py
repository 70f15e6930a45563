"""Where a commit is, told from the repository, the AMIs, the archive and the ASGs of every world."""

from dataclasses import replace

from include.domain import asg_tags
from include.domain.gates import result_key, written
from include.domain.where import Passage, Place
from include.steps.branches.where import where
from tests.contract.test_images import built
from tests.domain.test_gates import RESULT
from tests.world.declared import service


def test_a_commit_and_its_ticket_are_found_from_the_repository_to_the_instances(world):
    name = world.cluster.removesuffix("-prod")
    ticket = world.commit_saying("prod", "API-12: a fix")
    result = replace(RESULT, service=name, commit=world.commit, passed=True)
    world.archive.put(result_key(name, world.commit, "unit"), written(result), "application/json")
    world.clusters.tag(world.asg, {asg_tags.COMMIT: ticket})
    image, _ = built(world)
    ports = (service(service=name), world.branches, world.images, world.archive,
             {("prod", "us-east-1"): world.clusters})

    [older] = where(world.commit[:9], *ports).commits
    assert (older.branches, older.ami, older.ami_commit) == (("prod",), image.name, world.commit)
    assert older.gates == (Passage("unit", True),)
    assert older.places == (Place("prod", "us-east-1", 2, 2, 0, (world.asg,)),)

    [newer] = where("API-12", *ports).commits
    assert (newer.commit, newer.subject, newer.ami) == (ticket, "API-12: a fix", "")
    assert newer.places == older.places

    [first] = where(world.branches.head("test"), *ports).commits
    assert first.branches == ("prod", "release", "test")
    assert first.places == older.places
