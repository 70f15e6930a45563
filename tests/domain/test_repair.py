"""What is left over in a region that nobody holds, and what would be done about it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from include.domain import asg_tags
from include.domain.cluster import Asg, Instance, Target
from include.domain.lease import Lease
from include.domain.left_over import Finding, Leftovers, Mend, Seen
from include.domain.repair import findings, leftovers

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/{}/0123456789abcdef"
MAIN, CANARY, BASELINE, OTHER = (ARN.format(name) for name in (
    "api-prod", "api-prod-canary", "api-prod-baseline", "api-internal"))
NEW = {asg_tags.PUSH: "P", asg_tags.ROLE: "new", asg_tags.REPLACES: "api-prod-v041"}
PINNED = {asg_tags.SIZES: "2/8/4"}
PART = {asg_tags.DISABLED_BY: "P", asg_tags.SUSPENDED: "Launch+Terminate"}
BLACK = PART | {asg_tags.COLOUR: "black", asg_tags.DISABLED_AT: "2026-02-27T10:00:00+00:00",
                asg_tags.EXPIRES_AT: "2026-03-01T10:00:00+00:00"}
KEPT = BLACK | {asg_tags.EXPIRES_AT: "2026-03-01T14:00:00+00:00"}
BY_HAND = {asg_tags.DISABLED_BY: "H"}
RESTORED = {asg_tags.PUSH: "P", asg_tags.ROLE: "restored"}


def asg(version: int, *tags: dict[str, str], detail: str = "", desired: int = 1) -> Asg:
    name = f"api-prod-{detail}{'-' if detail else ''}v{version:03d}"
    instances = tuple(Instance(f"i-{name}-{n}", "InService", True, "a") for n in range(desired))
    return Asg(name, NOW - timedelta(days=50 - version), 0, 9, desired, instances, (MAIN,), "ami-1", "lt-1", "1",
               tags={key: value for some in tags for key, value in some.items()})


def held_until(end: datetime) -> Lease:
    return Lease("api/prod/us-east-1", "P", 7, end, since=NOW, renewed_at=NOW)


def seen(*asgs: Asg, serves: tuple[Asg, ...] | None = None, weights: dict[str, int] | None = None,
         pair_groups: tuple[str, ...] = (), lease: Lease | None = None) -> Seen:
    """A region whose `serves` (those that are not black) have healthy targets."""
    serving = [a for a in asgs if a.tags.get(asg_tags.COLOUR) != "black"] if serves is None else serves
    healthy = tuple(Target(i.id, "healthy") for a in serving for i in a.instances)
    return Seen("us-east-1", "api-prod", MAIN, pair_groups, asgs, weights or {MAIN: 100},
                {MAIN: healthy, CANARY: (), BASELINE: (), OTHER: ()}, lease, NOW)


def mends(region: Seen) -> list[tuple[str, str]]:
    return [(finding.mend.name, finding.thing) for finding in findings(region)]


OLD, ALONE = asg(41), asg(42, NEW)
PAIR = (asg(42, {asg_tags.PUSH: "P", asg_tags.ROLE: "canary"}, detail="canary"),
        asg(42, {asg_tags.PUSH: "P", asg_tags.ROLE: "baseline"}, detail="baseline"))


@pytest.mark.parametrize("region", [
    pytest.param(seen(OLD), id="one ASG takes the traffic"),
    pytest.param(seen(ALONE), id="the newest push is complete"),
    pytest.param(seen(OLD, asg(42, NEW, PINNED, KEPT)), id="a push was undone, and its ASG is kept"),
    pytest.param(seen(OLD, replace(asg(42, NEW, PINNED), deleting=True)), id="what is left is being deleted"),
    pytest.param(seen(asg(41), asg(42, NEW, PINNED, KEPT | BY_HAND)), id="a person undid it"),
    pytest.param(seen(asg(42, NEW, KEPT | BY_HAND), asg(43, RESTORED)), id="the baseline was launched again"),
    pytest.param(seen(asg(43, RESTORED)), id="and what it replaced is gone by now"),
])
def test_a_region_at_rest_has_nothing_left_over(region):
    assert findings(region) == []
    assert leftovers(region) == Leftovers("us-east-1", 0, "us-east-1: left over: nothing")


@pytest.mark.parametrize("region", [
    pytest.param(seen(asg(41, PINNED), asg(42, NEW, PINNED)), id="both are red"),
    pytest.param(seen(OLD, asg(42, NEW, PINNED, desired=0)), id="the new one was created, and no more"),
    pytest.param(seen(asg(41, PINNED, PART), asg(42, NEW, PINNED)), id="the baseline is disabled in part"),
    pytest.param(seen(asg(41, PINNED, BLACK), asg(42, NEW, PINNED)), id="the baseline is black and not yet watched"),
    pytest.param(seen(asg(41, PINNED, PART), asg(42, NEW, PINNED, PART)), id="both are disabled in part"),
    pytest.param(seen(asg(41, PINNED), asg(42, NEW, PINNED, PART)), id="its rollback stopped half way"),
    pytest.param(seen(asg(41, PINNED), asg(42, NEW, PINNED, KEPT)), id="its rollback stopped before it un-pinned"),
    pytest.param(seen(OLD, asg(42, NEW, PINNED, KEPT), serves=(OLD, asg(42))), id="its rollback left targets there"),
    pytest.param(seen(asg(41, PINNED, BLACK), asg(42, NEW, PINNED, PART | BY_HAND)), id="a person's stopped half way"),
    pytest.param(seen(ALONE, asg(43, RESTORED, PINNED)), id="the baseline is being launched again"),
    pytest.param(seen(ALONE, asg(43, RESTORED)), id="it was launched again, and both take traffic"),
    pytest.param(seen(asg(41, BLACK), asg(42, {k: v for k, v in NEW.items() if k != asg_tags.REPLACES}, PINNED)),
                 id="an older version did not write down what it replaces"),
])
def test_a_push_that_stopped_half_way_is_undone(region):
    assert mends(region) == [("ROLL_BACK", "P")]


@pytest.mark.parametrize(("region", "expected"), [
    pytest.param(seen(asg(41, KEPT), ALONE), ("DELETE", "api-prod-v041"), id="watched and un-pinned: its last step"),
    pytest.param(seen(OLD, asg(42, NEW, PINNED, BLACK)), ("DELETE", "api-prod-v042"), id="black, kept long enough"),
    pytest.param(seen(asg(41, {asg_tags.COLOUR: "black"}), asg(43)),
                 ("PERSON", "delete it, or roll back to it"), id="black, and nobody knows until when"),
    pytest.param(seen(asg(41, PINNED)), ("UN_PIN", "api-prod-v041"), id="pinned by a push whose ASG is gone"),
    pytest.param(seen(asg(42, NEW, PINNED)), ("UN_PIN", "api-prod-v042"), id="pinned, and its baseline is gone"),
    pytest.param(seen(asg(41, BLACK)), ("PUT_BACK", "api-prod-v041"), id="black, and the new one was deleted by hand"),
    pytest.param(seen(asg(41, PART)), ("PUT_BACK", "api-prod-v041"), id="disabled in part, and nothing else serves"),
    pytest.param(seen(asg(42, NEW, PINNED, KEPT)), ("PUT_BACK", "api-prod-v042"),
                 id="rolled back, and the baseline was deleted by hand"),
    pytest.param(seen(asg(41, PART), asg(43)), ("TAKE_OFF", "api-prod-v041"), id="suspended, while it takes traffic"),
    pytest.param(seen(asg(41, KEPT), ALONE, serves=(asg(41), ALONE)), ("TAKE_OFF", "api-prod-v041"),
                 id="watched and un-pinned, and somebody registered the old one again"),
    pytest.param(seen(asg(41, KEPT), asg(43), serves=(asg(41), asg(43))), ("TAKE_OFF", "api-prod-v041"),
                 id="black, and somebody registered it again"),
    pytest.param(seen(OLD, asg(43)), ("PERSON", "take all but one of them away"), id="two take traffic, of no push"),
    pytest.param(seen(OLD, *PAIR), ("RETIRE", "P"), id="a canary and its baseline"),
    pytest.param(seen(OLD, PAIR[1], pair_groups=(CANARY, BASELINE), weights={MAIN: 80, CANARY: 20}), ("RETIRE", "P"),
                 id="a baseline, and weights"),
    pytest.param(seen(OLD, pair_groups=(CANARY,)), ("RETIRE", ""), id="a target group of a canary that is gone"),
    pytest.param(seen(OLD, asg(42, detail="canary")), ("PERSON", "delete what no push made"), id="a canary of no push"),
    pytest.param(seen(OLD, lease=held_until(NOW)), ("RELEASE", ""), id="a lease that ran out"),
])
def test_each_other_thing_has_its_mend(region, expected):
    assert expected in mends(region)
    assert [mend for mend, _ in mends(region) if mend != expected[0]] in ([], ["PERSON"])


def test_weight_for_a_target_group_that_is_not_ours_or_has_nobody_is_a_person_s():
    region = seen(OLD, weights={MAIN: 90, OTHER: 10})
    assert [str(finding) for finding in findings(region)] == [
        "the listener also forwards to api-internal, with weight 10 (of no push): a person must take it out of the "
        "listener, or move it to a rule of its own",
        "the listener gives api-internal weight 10, and no target there is healthy (of no push): a person must see "
        "why, if nothing above explains it"]


def test_a_main_target_group_where_nobody_is_healthy_is_told():
    assert mends(seen(OLD, serves=())) == [("PERSON", "see why, if nothing above explains it")]


def test_an_asg_that_a_person_made_beside_a_complete_push_is_never_taken_for_its_baseline():
    assert mends(seen(ALONE, asg(43))) == [("PERSON", "take all but one of them away")]


def test_an_older_push_is_not_judged_while_its_asg_is_the_baseline_of_a_newer_one():
    older = {asg_tags.PUSH: "O", asg_tags.ROLE: "new", asg_tags.REPLACES: "api-prod-v040"}
    assert mends(seen(asg(41, older, PINNED), asg(42, NEW, PINNED))) == [("ROLL_BACK", "P")]


def test_what_takes_away_comes_after_what_puts_back():
    older = asg(40, BLACK)
    region = seen(older, asg(41, PINNED, BLACK), asg(42, NEW, PINNED), *PAIR, lease=held_until(NOW))
    assert [mend for mend, _ in mends(region)] == ["ROLL_BACK", "RETIRE", "DELETE", "RELEASE"]


def test_a_finding_says_what_whose_since_when_and_what_would_be_done():
    [finding] = findings(seen(OLD, asg(42, NEW, PINNED, BLACK)))
    assert str(finding) == ("api-prod-v042 is black, and was kept until 2026-03-01 10:00 UTC (left by P, since "
                            "2026-02-27 10:00 UTC): delete api-prod-v042")
    assert str(Finding(Mend.UN_PIN, "x is pinned", thing="x")) == "x is pinned (of no push): un-pin x"


def test_what_another_holds_is_left_alone_and_what_the_same_holds_is_not():
    held = held_until(NOW + timedelta(minutes=5))
    region = seen(asg(41, PINNED), asg(42, NEW, PINNED), lease=held)
    says = ("us-east-1 is left alone: the lease of api/prod/us-east-1 is held by P since 12:00 UTC, "
            "until 12:05 UTC at the latest")
    assert leftovers(region, "R") == Leftovers("us-east-1", 0, says, says)
    assert leftovers(region, "P").count == 1
    assert leftovers(replace(region, now=NOW + timedelta(minutes=5)), "R").count == 2
    assert leftovers(replace(region, holder_ended=True), "R").count == 2
