"""A hand in the console is told from what we wrote and from what AWS does by itself."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from include.domain import asg_tags
from include.domain.cluster import Activity, Asg, Instance, Target
from include.domain.push import RegionPlan
from include.domain.red_black.by_hand import (
    announced,
    changed_in_baseline,
    changed_in_new,
    left_by_hand,
    taken_out,
    written,
)
from include.domain.red_black.sizes import Sizes

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/{}/0123456789abcdef"
MAIN, OTHER = ARN.format("api-prod"), ARN.format("api-internal")
PLAN = RegionPlan(
    push_id="P", service="api", environment="prod", region="us-east-1", commit="c" * 40, ami="ami-2",
    baseline="api-prod-v041", new="api-prod-v042", size=5, baseline_min=2, baseline_max=8, baseline_desired=4,
    baseline_ami="ami-1", baseline_commit="", baseline_suspended="AZRebalance", baseline_target_groups="api-prod",
    instance_rps=50, lease_token=1, planned_at=NOW)
INSTANCES = tuple(Instance(f"i-{n}", "InService", True, "a") for n in range(4))
PINNED = {asg_tags.SIZES: "2/8/4", asg_tags.WROTE: "2/8/4+4/8/4"}
BLACK = PINNED | {asg_tags.DISABLED_BY: "P", asg_tags.DISABLED_AT: NOW.isoformat(), asg_tags.COLOUR: "black",
                  asg_tags.SUSPENDED: "Launch+Terminate"}
BASELINE = Asg("api-prod-v041", NOW, 4, 8, 4, INSTANCES, (MAIN,), "ami-1", "lt-1", "1",
               suspended=frozenset({"AZRebalance"}), tags=PINNED)
NEW = Asg("api-prod-v042", NOW, 3, 8, 3, INSTANCES[:3], (MAIN,), "ami-2", "lt-1", "2",
          tags={asg_tags.SIZES: "2/8/4", asg_tags.WROTE: "0/8/0+3/8/3+5/8/5"})


def because(cause: str) -> list[Activity]:
    return [Activity("1", "Successful", "", NOW, 100, cause)]


ALARM = because("At 2026-03-01T12:00:00Z a monitor alarm high-cpu in state ALARM triggered policy cpu changing the "
                "desired capacity from 4 to 6.")
PERSON = because("At 2026-03-01T12:00:00Z a user request explicitly set group desired capacity changing the desired "
                 "capacity from 4 to 6.  At 2026-03-01T12:00:09Z an instance was started in response to it.")


@pytest.mark.parametrize(("changes", "activities", "said"), [
    pytest.param({}, [], [], id="as it was pinned"),
    pytest.param({"min_size": 2}, [], [], id="a crash between the tag and the write, or a stale read"),
    pytest.param({"desired": 6}, ALARM, [], id="grown by its own policy"),
    pytest.param({"desired": 6}, [], [], id="grown, and nobody says why"),
    pytest.param({"desired": 6}, PERSON, ["desired from 4 to 6"], id="grown by a person"),
    pytest.param({"desired": 6}, PERSON + ALARM, ["desired from 4 to 6"], id="the newest cause counts"),
    pytest.param({"desired": 6}, ALARM + PERSON, [], id="the newest cause counts, the other way round"),
    pytest.param({"min_size": 3, "desired": 3}, ALARM, ["minimum from 4 to 3", "desired from 4 to 3"], id="shrunk"),
    pytest.param({"max_size": 20}, [], ["maximum from 8 to 20"], id="its maximum raised"),
    pytest.param({"suspended": frozenset({"AZRebalance", "Launch"})}, [], ["suspended Launch"], id="suspended"),
    pytest.param({"suspended": frozenset()}, [], ["resumed AZRebalance"], id="what was suspended before is resumed"),
    pytest.param({"target_groups": (MAIN, OTHER)}, [], ["attached to api-internal"], id="attached"),
    pytest.param({"target_groups": ()}, [], ["detached from api-prod"], id="detached"),
    pytest.param({"instances": INSTANCES[:2]}, [], [], id="instances that AWS replaces"),
    pytest.param({"tags": BLACK, "suspended": frozenset({"AZRebalance", "Launch", "Terminate"})}, [], [], id="black"),
    pytest.param({"tags": BLACK, "suspended": frozenset({"AZRebalance", "Launch"})}, [], ["resumed Terminate"],
                 id="black, and what we suspended is resumed"),
    pytest.param({"tags": BLACK, "suspended": frozenset({"AZRebalance", "Launch", "Terminate"}), "desired": 6}, ALARM,
                 ["desired from 4 to 6"], id="black: no policy sizes it any more"),
    pytest.param({"tags": {}, "min_size": 2}, [], [], id="not pinned yet, as it was planned"),
    pytest.param({"tags": {}, "min_size": 1}, [], ["minimum from 2 to 1"], id="changed between plan and launch"),
    pytest.param({"tags": {asg_tags.SIZES: "4/8/4"}}, [], [], id="of fixed size: there was nothing to write"),
])
def test_the_baseline(changes: dict[str, Any], activities: list[Activity], said: list[str]):
    assert changed_in_baseline(replace(BASELINE, **changes), PLAN, activities) == said


@pytest.mark.parametrize(("changes", "scales", "said"), [
    pytest.param({}, False, [], id="one batch behind"),
    pytest.param({"min_size": 5, "desired": 5}, False, [], id="at its size"),
    pytest.param({"desired": 4}, False, ["minimum from 5 to 3", "desired from 5 to 4"], id="sized by a person"),
    pytest.param({"min_size": 5, "desired": 6}, False, ["desired from 5 to 6"], id="no policy can have grown it"),
    pytest.param({"min_size": 5, "desired": 6}, True, [], id="it has its policies by now"),
    pytest.param({"min_size": 4, "desired": 5}, True, ["minimum from 5 to 4"], id="its minimum, whatever it has"),
    pytest.param({"suspended": frozenset({"Launch"})}, False, ["suspended Launch"], id="suspended"),
    pytest.param({"target_groups": ()}, False, ["detached from api-prod"], id="detached"),
    pytest.param({"tags": {}, "desired": 7, "suspended": frozenset({"Launch"})}, False, [], id="un-pinned: done"),
])
def test_the_new_asg(changes: dict[str, Any], scales: bool, said: list[str]):
    assert changed_in_new(replace(NEW, **changes), PLAN, scales) == said


HEALTHY = [Target(instance.id, "healthy") for instance in INSTANCES]


@pytest.mark.parametrize(("asg", "targets", "said"), [
    pytest.param(BASELINE, HEALTHY, [], id="all there"),
    pytest.param(BASELINE, [Target("i-0", "draining"), *HEALTHY[1:]], ["i-0 taken out of api-prod"], id="draining"),
    pytest.param(BASELINE, HEALTHY[2:], ["i-0 and 1 more taken out of api-prod"], id="gone"),
    pytest.param(BASELINE, [Target("i-0", "unhealthy"), *HEALTHY[1:]], [], id="unhealthy is no hand"),
    pytest.param(replace(BASELINE, instances=(replace(INSTANCES[0], state="Terminating"), *INSTANCES[1:])), HEALTHY[1:],
                 [], id="terminated by AWS"),
    pytest.param(replace(BASELINE, suspended=frozenset({"AddToLoadBalancer"})), [], [], id="nobody adds them"),
    pytest.param(replace(BASELINE, tags=BLACK), [], [], id="disabled by us"),
])
def test_targets(asg: Asg, targets: list[Target], said: list[str]):
    assert taken_out(asg, {MAIN: targets}) == said


def test_what_is_about_to_be_written_is_announced_with_all_that_was_and_fits_into_a_tag():
    first = replace(BASELINE, min_size=2, tags={})
    assert announced(first, Sizes(4, 8, 4)) == "2/8/4+4/8/4"
    assert announced(BASELINE, Sizes(4, 8, 4)) == "2/8/4+4/8/4"
    asg = replace(BASELINE, min_size=1000, max_size=10000, desired=1000)
    for size in range(1001, 1040):
        asg = replace(asg, tags={asg_tags.WROTE: announced(asg, Sizes(size, 10000, size))})
    assert written(asg)[-1] == Sizes(1039, 10000, 1039)
    assert len(asg.tags[asg_tags.WROTE]) <= asg_tags.MOST_OF_A_VALUE


@pytest.mark.parametrize(("changes", "left"), [
    pytest.param({}, "", id="ours"),
    pytest.param({"desired": 6}, "", id="grown by a policy, as far as anybody knows"),
    pytest.param({"max_size": 20}, "api-prod-v041 stays at 4/20/4 (min/max/desired), as a person set it", id="bounds"),
    pytest.param({"desired": 6, "tags": PINNED | {asg_tags.BY_HAND: "desired from 4 to 6"}},
                 "api-prod-v041 stays at 4/8/6 (min/max/desired), as a person set it", id="noticed before"),
    pytest.param({"tags": PINNED | {asg_tags.BY_HAND: "suspended Launch"}}, "", id="something else was noticed"),
    pytest.param({"max_size": 20, "tags": {asg_tags.SIZES: "2/8/4"}}, "", id="we wrote nothing"),
])
def test_sizes_that_a_person_set_are_left(changes: dict[str, Any], left: str):
    assert left_by_hand(replace(BASELINE, **changes)) == left
