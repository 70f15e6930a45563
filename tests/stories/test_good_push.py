"""A good commit reaches three regions."""

from datetime import time

from include.domain.peak_windows import Market, PeakWindow
from include.domain.push import PushEnd
from tests.stories.flow import Flow
from tests.stories.telling import runs, serving, tells
from tests.world.declared import MARKETS, REGIONS, service
from tests.world.world import World

EVERY_DAY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def test_a_good_commit_reaches_three_regions_and_no_request_is_lost():
    world = World()
    world.branches.push("prod", "faster search")
    record = Flow(world).push()
    tells(world,
          "start_push: done",
          "build_ami: waits: the builder has worked on",
          "build_ami: done",
          "canary.launch: waits: api-prod-baseline-v042 has 0 of 1 instances",
          "canary.launch: waits: api-prod-baseline-v042 has 0 of 1 instances InService: i-00000000000000009 Pending",
          "canary.launch: waits: api-prod-baseline-v042 has 0 of 1 targets healthy in api-prod-baseline",
          "canary.launch: done",
          "canary.bake: waits: api-prod-canary-v042 warms up until",
          "canary.bake: waits: bakes until 10:02:20 UTC; so far inconclusive: the canary had 20 requests, under 100",
          "canary.bake: waits: bakes until 10:02:20 UTC; so far go: score 100",
          "canary.bake: done",
          "canary.score: done",
          "canary.retire: waits: 2 instances of canary and baseline drain (at most 4 s)",
          "canary.retire: waits: api-prod-canary-v042 and api-prod-baseline-v042 are being deleted",
          "canary.retire: done",
          *(f"{region.replace('-', '_')}{line}" for region in REGIONS for line in (
              ".off_peak: done",
              ".plan: done",
              ".launch_new: waits: api-prod-v042: 3 of 5 instances are started first",
              ".launch_new: waits: api-prod-v042 has 0 of 3 targets healthy in api-prod",
              ".launch_new: done",
              ".in_service: waits: api-prod-v042 has 3 of 5 instances InService",
              ".in_service: done",
              ".red_red: waits: both take traffic until",
              ".red_red: done",
              ".disable_baseline: waits: api-prod-v041 still drains: 4 of 4 instances draining in api-prod (at most",
              ".disable_baseline: done",
              ".holds: waits: watched until",
              ".holds: done",
              ".delete_baseline: waits: api-prod-v041 is being deleted with 4 instances",
              ".delete_baseline: done")),
          "finish_push: done",
          "Success: us-east-1,us-west-2,eu-west-1")
    assert record.end == PushEnd.SUCCESS
    assert record.score == 100
    assert runs(world) == {region: ["api-prod-v042"] for region in REGIONS}
    assert world.lost == 0, world.losses
    assert not world.leases.held


def test_the_archive_keeps_the_record_the_readings_and_both_pages():
    world = World(service(regions=1))
    world.branches.push("prod", "<script>alert(1)</script>")
    flow = Flow(world)
    flow.push(reason="<b>bold</b>")
    kept = f"pushes/api/{flow.push_id}"
    baked = [key for key in world.archive.keys(kept) if "/bakes/" in key]
    assert [key.rpartition("/")[2][15:] for key in baked] == [
        "-25-percent.html", "-50-percent.html", "-75-percent.html", ".json"]
    assert [key for key in world.archive.keys(kept) if key not in baked] == [
        f"{kept}/{name}" for name in ("canary.html", "changes.html", "changes.json", "push.html", "readings.json",
                                      "record.json")]
    pages = [world.archive.get(f"{kept}/{name}.html").decode() for name in ("canary", "push", "changes")]
    assert not [page for page in pages if "<script>alert" in page]
    assert b"<b>bold</b>" not in world.archive.get(f"{kept}/push.html")


def test_nothing_is_lost_where_every_call_takes_a_second():
    world = World(service(regions=1, canary__min_requests=50, red_black__limit_minutes=1000,
                          red_black__region_minutes=1000))
    world.branches.push("prod", "slow calls")
    world.executioner.pause = lambda: world.advance(1)
    record = Flow(world).push()
    assert record.end == PushEnd.SUCCESS, world.log
    assert world.lost == 0, world.losses


def test_a_region_waits_for_the_end_of_its_market_s_peak_and_the_others_do_not():
    world = World()
    world.branches.push("prod", "at night")
    quiet = {name: Market(name, "UTC") for name in MARKETS}
    # a market day lasts 180 s here, its peak 150 s of them: whenever the region comes, a slot of 19 s is waited for
    busy = Market("europe", "UTC", (PeakWindow(EVERY_DAY, time(4), time(0)),))
    record = Flow(world, markets={**quiet, "europe": busy}).push()
    tells(world, "us_east_1.off_peak: done", "us_west_2.off_peak: done",
          "eu_west_1.off_peak: waits: eu-west-1 waits for its slot until", "eu_west_1.off_peak: done",
          "eu_west_1.plan: done")
    assert record.end == PushEnd.SUCCESS
    assert world.lost == 0, world.losses


def test_two_pushes_in_a_row_count_up_and_leave_one_asg():
    world = World(service(regions=1))
    for number, subject in enumerate(("one", "two")):
        world.branches.push("prod", subject)
        assert Flow(world, f"api-20261103T10000{number}-abc123").push().end == PushEnd.SUCCESS
        world.advance(10)
    assert runs(world) == {REGIONS[0]: ["api-prod-v043"]}
    assert serving(world, REGIONS[0]) == {"api-prod-v043"}
    assert world.lost == 0, world.losses


def test_an_ami_that_was_built_before_is_pushed_without_a_build():
    world = World(service(regions=1))
    commit = world.branches.push("prod", "built yesterday")
    image = world.images.add(commit, "prod")
    record = Flow(world).push(ami=image.ids[REGIONS[0]])
    assert (record.end, record.ami, record.commit) == (PushEnd.SUCCESS, image.name, commit)
    assert not world.images.started


def test_the_pages_of_a_push_lead_to_what_changes(monkeypatch):
    world = World(service(regions=1))
    world.branches.push("prod", "faster search")
    put = world.archive.put
    monkeypatch.setattr(world.archive, "put", lambda *given: put(*given).replace("memory://", "https://archive/"))
    flow = Flow(world)
    flow.push()
    kept = f"pushes/api/{flow.push_id}"
    for page in ("push", "canary"):
        assert f'<a href="https://archive/{kept}/changes.html">What changes</a>' in (
            world.archive.get(f"{kept}/{page}.html").decode()), page
