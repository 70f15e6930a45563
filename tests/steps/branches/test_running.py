"""Which commits run, by tags."""

from include.domain import asg_tags
from include.steps.branches.running import commits_of
from tests.world.declared import service
from tests.world.world import World


def test_an_asg_of_the_teams_own_runs_the_commit_that_its_ami_says_and_ours_what_its_tag_says():
    world = World(service(regions=2))
    first, other = world.branches.head("prod"), "ab" * 20
    asgs = [port.asgs("api-prod")[0] for port in world.clusters.values()]
    world.regions["us-west-2"].groups["api-prod-v041"].tags[asg_tags.COMMIT] = other
    asgs = [port.asgs("api-prod")[0] for port in world.clusters.values()]
    assert commits_of(asgs, world.images) == {first: [asgs[0]], other: [asgs[1]]}


def test_an_ami_that_says_no_commit_is_left_out():
    world = World(service(regions=1))
    world.regions["us-east-1"].groups["api-prod-v041"].ami = "ami-00000000000000000"
    assert commits_of(world.clusters["us-east-1"].asgs("api-prod"), world.images) == {}
