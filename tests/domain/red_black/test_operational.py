"""The ladder."""

import pytest

from include.domain.cluster import Asg, Target
from include.domain.red_black.operational import healthy_targets, short_name, why_not_operational
from tests.domain.red_black.asgs import OTHER, PROD, asg, instance

FIVE = tuple(instance(number) for number in range(5))
HEALTHY = [Target(f"i-{number}", "healthy") for number in range(5)]


@pytest.mark.parametrize(("group", "targets", "says"), [
    pytest.param(asg(*FIVE[:3]), {PROD: HEALTHY}, "api-prod-v042 has 3 of 5 instances", id="count"),
    pytest.param(asg(*FIVE[:3], instance(3, "Pending"), instance(4, "Pending:Wait")), {PROD: HEALTHY},
                 "api-prod-v042 has 3 of 5 instances InService: i-3 Pending, i-4 Pending:Wait", id="lifecycle"),
    pytest.param(asg(*FIVE[:4], instance(4, healthy=False)), {PROD: HEALTHY},
                 "api-prod-v042 has 4 of 5 instances healthy: i-4 marked unhealthy", id="health"),
    pytest.param(asg(*FIVE), {PROD: [*HEALTHY[:3], Target("i-3", "initial", "Elb.RegistrationInProgress")]},
                 "api-prod-v042 has 3 of 5 targets healthy in api-prod: "
                 "i-3 initial (Elb.RegistrationInProgress), i-4 not registered", id="targets"),
    pytest.param(asg(*FIVE), {PROD: HEALTHY, OTHER: []},
                 "api-prod-v042 has 0 of 5 targets healthy in api-internal: "
                 "i-0 and 4 more not registered", id="every target group"),
    pytest.param(asg(*FIVE), {PROD: [Target(f"i-{number}", "unhealthy", "[503]") for number in range(4)]},
                 "api-prod-v042 has 0 of 5 targets healthy in api-prod: "
                 "i-0 and 3 more unhealthy ([503]), i-4 not registered", id="the same reason once"),
    pytest.param(asg(*FIVE, deleting=True), {PROD: HEALTHY}, "api-prod-v042 is being deleted", id="deleting"),
    pytest.param(asg(*FIVE), {PROD: HEALTHY}, None, id="operational"),
    pytest.param(asg(*FIVE, instance(5, "Terminating")), {PROD: HEALTHY}, None, id="one more that leaves"),
])
def test_the_ladder_says_the_first_rung_that_is_missing(group: Asg, targets: dict, says: str | None):
    assert why_not_operational(group, targets, 5) == says


def test_targets_of_other_asgs_do_not_count():
    others = [Target("i-99", "healthy"), Target("i-0", "healthy")]
    assert healthy_targets(asg(*FIVE), others) == 1


def test_a_target_that_is_healthy_of_an_instance_that_is_not_does_not_count():
    assert healthy_targets(asg(*FIVE[:4], instance(4, healthy=False)), HEALTHY) == 4


def test_a_target_groups_name_is_read_from_its_arn():
    assert (short_name(PROD), short_name("api-prod")) == ("api-prod", "api-prod")
