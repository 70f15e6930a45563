"""What runs where, from AWS's tags; one silent region hides no other."""

from include.dashboard.regions import read_regions
from include.domain import asg_tags
from include.domain.errors import Retryable
from tests.stories.flow import Flow
from tests.world.declared import REGIONS
from tests.world.world import World


def read(world):
    return {here.region: here for here in read_regions("api", {("prod", region): port
                                                               for region, port in world.clusters.items()})}


def pushed(world, until: str = ""):
    world.images.add(world.branches.push("prod", "a fix"), "prod")
    flow = Flow(world)
    flow.region(flow.pushed_commit(), REGIONS[0], until=until)
    return flow


def test_every_asg_says_what_it_is_and_the_red_one_is_first():
    world = World()
    flow = pushed(world, until="holds")
    red, black = read(world)[REGIONS[0]].asgs
    assert (red.name, red.colour, red.push) == ("api-prod-v042", "red", flow.push_id)
    assert (black.name, black.colour) == ("api-prod-v041", "black")
    assert red.commit == world.branches.head("prod")
    assert red.in_service == red.size


def test_a_canary_is_told_from_what_serves():
    world = World()
    world.images.add(world.branches.push("prod", "a fix"), "prod")
    flow = Flow(world)
    push = flow.pushed_commit()
    ports = flow._ports("clusters", "traffic", "images", "metrics", "leases", "runs", "archive")
    from include.steps.canary import life
    world.run(lambda look: life.launch_canary(push, flow.service, look, **ports), "launch")
    here = read(world)[flow.service.canary.region]
    assert [asg.colour for asg in here.asgs] == ["red", "canary", "canary"]


def test_a_region_that_does_not_answer_says_so_alone():
    world = World()

    def down(_):
        raise Retryable("throttled")
    world.clusters[REGIONS[1]].asgs = down
    found = read(world)
    assert found[REGIONS[1]].silent == "Retryable: throttled"
    assert found[REGIONS[1]].asgs == ()
    assert [found[region].silent for region in (REGIONS[0], REGIONS[2])] == ["", ""]


def test_the_way_back_is_what_a_rollback_would_stand_on():
    world = World()
    pushed(world, until="holds")
    assert read(world)[REGIONS[0]].way_back.startswith("api-prod-v041 is kept with 4 in service")
    again = World()
    pushed(again)
    assert read(again)[REGIONS[0]].way_back.startswith("api-prod-v041 is gone: its AMI is launched again")
    assert read(again)[REGIONS[1]].way_back == ""


def test_until_when_a_black_one_is_kept_is_an_instant_or_nothing():
    world = World()
    pushed(world, until="holds")
    group = world.regions[REGIONS[0]].groups["api-prod-v041"]
    group.tags[asg_tags.EXPIRES_AT] = "2026-11-05T10:00:00+00:00"
    assert f"{read(world)[REGIONS[0]].asgs[1].until:%d %H}" == "05 10"
    group.tags[asg_tags.EXPIRES_AT] = "soon"
    assert read(world)[REGIONS[0]].asgs[1].until is None
