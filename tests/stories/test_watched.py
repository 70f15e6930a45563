"""The watch after the switch: what fails is counted down, and rolled back, or kept, or over."""

from include.domain import asg_tags
from include.domain.push import PushEnd
from include.steps.red_black.watch import holds
from include.steps.undoing.keep import keep
from tests.stories.flow import Flow
from tests.stories.telling import serving, tells
from tests.world.declared import REGIONS, service
from tests.world.region import Behaviour
from tests.world.world import World

HERE, NEW = REGIONS[0], "api-prod-v042"
BAD, GOOD = Behaviour(prod_error_percent=30), Behaviour()


def watched(**declared):
    """A push that is about to be watched, with an alarm, counted down for 16 s."""
    world = World(service(regions=1, red_black__countdown_minutes=128, **declared))
    region = world.service.environments["prod"].regions[0].model_copy(update={"alarms": ("api-errors",)})
    prod = world.service.environments["prod"].model_copy(update={"regions": (region,)})
    world.service = world.service.model_copy(update={"environments": {"prod": prod}})
    world.alarms[HERE].states["api-errors"] = "OK"
    world.images.add(world.branches.push("prod", "a fix"), "prod")
    flow = Flow(world)
    push = flow.pushed_commit()
    flow.region(push, HERE, until="holds")
    assert not flow.failures, flow.failures
    return world, flow, push


def after(world, *acts):
    """Do each once so many seconds have passed, whatever a step is doing."""
    began, left = world.now, list(acts)

    def on_tick():
        for due, act in [(due, act) for due, act in left if (world.now - began).total_seconds() >= due]:
            left.remove((due, act))
            act()
    world.on_tick = on_tick


def tag(world, name):
    return world.regions[HERE].groups[NEW].tags.get(name)


def test_what_still_fails_at_the_end_of_the_countdown_is_rolled_back():
    world, flow, push = watched()
    world.changes(HERE, NEW, BAD)
    began = world.now
    flow.step("holds", flow.plan, HERE)
    assert (world.now - began).total_seconds() >= 16
    tells(world, "us_east_1.holds: waits: api-prod-v042 is worse than api-prod-v041 in us-east-1: ",
          "us_east_1.holds: failed: api-prod-v042 is worse than api-prod-v041 in us-east-1: ")
    assert "rolled back if it still fails at" in "".join(world.log)
    assert """airflow dags trigger api_keep --conf '{"regions": ["us-east-1"]""" in "".join(world.log)
    assert "it has failed since" in flow.failures["us_east_1.holds"]
    flow.roll_back(HERE)
    assert flow.finish(push).end == PushEnd.FAILURE_CLEAN
    assert serving(world, HERE) == {"api-prod-v041"}
    assert world.lost == 0, world.losses


def test_what_is_over_before_the_end_of_the_countdown_starts_the_clean_period_anew():
    world, flow, _ = watched()
    world.changes(HERE, NEW, BAD)
    after(world, (6, lambda: world.changes(HERE, NEW, GOOD)))
    began = world.now
    assert flow.step("holds", flow.plan, HERE) == flow.plan, flow.failures
    clean = flow.service.lasts(minutes=120)
    assert world.now - began > clean
    assert tag(world, asg_tags.FAILING_SINCE) is None
    assert tag(world, asg_tags.CLEAN_SINCE)
    tells(world, "us_east_1.holds: waits: api-prod-v042 is worse", "us_east_1.holds: waits: watched until",
          "us_east_1.holds: done")


def test_an_alarm_that_fires_is_counted_down_and_undone():
    world, flow, _ = watched()
    world.alarms[HERE].states["api-errors"] = "ALARM"
    flow.step("holds", flow.plan, HERE)
    assert flow.failures["us_east_1.holds"].startswith("alarm api-errors fires: it was set so; it has failed since")


def test_an_alarm_without_data_neither_fails_nor_certifies():
    world, flow, _ = watched(red_black__limit_minutes=240)
    world.alarms[HERE].states["api-errors"] = "INSUFFICIENT_DATA"
    flow.step("holds", flow.plan, HERE)
    assert flow.failures["us_east_1.holds"].startswith("gave up after 0:01:00: watched until")
    assert "alarm api-errors is INSUFFICIENT_DATA" in flow.failures["us_east_1.holds"]


def test_a_countdown_goes_on_where_a_dead_task_left_it():
    world, flow, _ = watched()
    world.changes(HERE, NEW, BAD)
    world.advance(8)
    ports = {name: world.ports(HERE)[name] for name in ("clusters", "traffic", "metrics", "alarms", "leases")}
    first = holds(flow.plan, flow.service, world.look(), **ports)
    world.advance(10)
    again = holds(flow.plan, flow.service, world.look(), **ports)
    assert first.reason.split("; rolled back")[1] == again.reason.split("; rolled back")[1]
    assert first.in_the_room
    assert again.next_look < world.now + flow.service.lasts(minutes=128)


def test_a_kept_push_is_not_rolled_back_and_certifies_only_once_it_is_clean():
    world, flow, push = watched(red_black__limit_minutes=60)
    world.alarms[HERE].states["api-errors"] = "ALARM"
    long = 2 * flow.service.lasts(minutes=60 + 120).total_seconds()
    after(world, (5, lambda: keep("Ada", "a known false alarm", world.service, "prod", HERE, world.clusters[HERE])),
          (long, lambda: world.alarms[HERE].states.update({"api-errors": "OK"})))
    began = world.now
    assert flow.step("holds", flow.plan, HERE) == flow.plan, flow.failures
    assert (world.now - began).total_seconds() > long
    tells(world, "api-prod-v042 is kept by Ada: a known false alarm: nothing is rolled back by itself",
          "us_east_1.holds: done")
    flow.step("delete_baseline", flow.plan, HERE)
    assert flow.finish(push).end == PushEnd.SUCCESS


def test_errors_while_both_are_red_must_last_too():
    world = World(service(regions=1, red_black__countdown_minutes=128))
    world.images.add(world.branches.push("prod", "a fix"), "prod")
    flow = Flow(world)
    flow.region(flow.pushed_commit(), HERE, until="red_red")
    world.changes(HERE, NEW, BAD)
    after(world, (6, lambda: world.changes(HERE, NEW, GOOD)))
    assert flow.step("red_red", flow.plan, HERE) == flow.plan, flow.failures
    world.changes(HERE, NEW, BAD)
    world.advance(60)
    flow.step("red_red", flow.plan, HERE)
    assert flow.failures["us_east_1.red_red"].startswith("api-prod-v042 is worse than api-prod-v041 in us-east-1")


def test_both_red_for_no_time_at_all_still_waits_for_every_instance():
    world = World(service(regions=1, red_black__red_red_minutes=0))
    world.images.add(world.branches.push("prod", "a fix"), "prod")
    flow = Flow(world)
    flow.region(flow.pushed_commit(), HERE, until="red_red")
    world.dies(HERE, NEW)
    world.advance(4)
    flow.step("red_red", flow.plan, HERE)
    tells(world, "us_east_1.red_red: waits: both take traffic until", "us_east_1.red_red: done")
