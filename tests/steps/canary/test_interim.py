"""Pages of a canary that still bakes: one a quarter, one whenever a person asks, and none of them a verdict."""

from datetime import timedelta

import pytest

from include.domain.errors import Refused
from include.steps.canary import interim
from tests.steps.canary.test_life import bake, launched, retire
from tests.steps.ready import HERE, ports, ready


def asked(world, flow) -> str:
    return interim.report_now(flow.service, "prod", world.now, **ports(world, "clusters", "metrics", "archive"))


def kept(world) -> list[str]:
    return sorted(key.partition("/bakes/")[2].partition("-")[2] for key in world.archive.keys("pushes/api/")
                  if "/bakes/" in key and key.endswith(".html"))


def baked(world, flow, found, part: float):
    """As far as a part of the judged time."""
    since = found.launched_at + flow.service.lasts(minutes=flow.service.canary.warm_up_minutes)
    world.advance((since + part * (found.bake_until - since) - world.now) / timedelta(seconds=1))
    return bake(world, flow, found)


def test_each_quarter_has_one_page_and_its_look_says_where():
    world, flow = ready()
    found = launched(world, flow)
    assert "percent" not in baked(world, flow, found, 0.1).reason
    for part, page in ((0.3, "25-percent"), (0.55, "50-percent"), (0.8, "75-percent")):
        assert f"{page}.html" in baked(world, flow, found, part).reason
        assert f"{page}.html" not in bake(world, flow, found).reason
    assert kept(world) == ["25-percent.html", "50-percent.html", "75-percent.html"]


def test_a_page_that_is_asked_for_says_that_it_is_no_verdict_and_none_is_kept():
    world, flow = ready()
    found = launched(world, flow)
    baked(world, flow, found, 0.1)
    address = asked(world, flow)
    page = world.archive.get(address[address.index("pushes/"):]).decode()
    assert "this is no verdict" in page
    assert " so far" in page
    assert not [key for key in world.archive.keys("pushes/api/") if key.endswith("readings.json")]


def test_where_no_canary_bakes_there_is_nothing_to_report_on():
    world, flow = ready()
    with pytest.raises(Refused, match=f"no canary of api-prod bakes in {HERE}"):
        asked(world, flow)
    found = launched(world, flow)
    with pytest.raises(Refused, match="no canary of api-prod bakes"):
        asked(world, flow)
    baked(world, flow, found, 0.1)
    asked(world, flow)
    world.run(lambda look: retire(world, flow), "canary.retire")
    with pytest.raises(Refused, match="no canary of api-prod bakes"):
        asked(world, flow)


def test_a_canary_that_is_not_warm_has_nothing_to_show():
    world, flow = ready()
    found = launched(world, flow)
    baked(world, flow, found, 0.1)
    early = found.launched_at + timedelta(seconds=1)
    with pytest.raises(Refused, match="warms up until"):
        interim.report_now(flow.service, "prod", early, **ports(world, "clusters", "metrics", "archive"))
