"""Keeping a push by hand, in Airflow, against the in-memory world."""

from include.domain import asg_tags
from tests.stories.flow import Flow
from tests.world.declared import REGIONS


def test_the_push_of_the_chosen_region_is_kept(world, run):
    world.images.add(world.branches.push("prod", "better"), "prod")
    flow = Flow(world)
    for region in REGIONS[:2]:
        flow.region(flow.pushed_commit(), region, until="holds")
    colour, states = run("api_keep", regions=["us-east-1"], reason="a known false alarm")
    assert (colour, states) == ("success", {"us_east_1": "success", "us_west_2": "skipped", "eu_west_1": "skipped"})
    kept = [world.regions[region].groups["api-prod-v042"].tags.get(asg_tags.KEPT) for region in REGIONS[:2]]
    assert kept == ["dag_test: a known false alarm", None]
    assert any("is kept in us-east-1" in said for said in world.chat.room)


def test_where_no_push_is_on_its_way_it_is_red(world, run):
    colour, states = run("api_keep", regions=["us-east-1"], reason="it is fine")
    assert (colour, states["us_east_1"]) == ("failed", "failed")
