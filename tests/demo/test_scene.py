"""The terminal shows what the load balancer and the instances really do."""

import pytest

from include.demo import scene

PROD, CANARY = "arn:prod", "arn:canary"


def instance(id, asg, state="running", commit="a" * 40):
    return {"id": id, "ip": "127.41.0.9", "asg": asg, "ami": "ami-1", "commit": commit, "state": state,
            "launched": float(id[1:]), "behaviour": None}


def region(instances, prod=(), canary=(), weights=None):
    def targets(pairs):
        return [{"instance": id, "state": state} for id, state in pairs]
    rule = {"priority": "default", "path_patterns": [], "forward": weights or {PROD: 100}}
    return {"instances": instances,
            "target_groups": [{"arn": PROD, "name": "api-prod", "targets": targets(prod)},
                              {"arn": CANARY, "name": "api-prod-canary", "targets": targets(canary)}],
            "load_balancers": [{"arn": "lb", "name": "api-prod", "listeners": [{"port": 80, "rules": [rule]}]}]}


@pytest.mark.parametrize(("state", "target", "light"), [
    ("pending", None, scene.LAUNCHING),
    ("running", "initial", scene.LAUNCHING),
    ("running", "healthy", scene.HEALTHY),
    ("running", "unhealthy", scene.UNHEALTHY),
    ("running", "draining", scene.DRAINING),
    ("running", None, scene.IDLE),
    ("shutting-down", None, scene.LEAVING),
])
def test_each_instance_has_the_light_that_its_viewers_would_see(state, target, light):
    here = region([instance("i1", "api-prod-v041", state)], prod=[("i1", target)] if target else [])

    assert scene.groups(here, "api-prod")[0].lights == (light,)


def test_an_asg_is_black_once_its_last_target_drains():
    here = region([instance("i1", "api-prod-v041"), instance("i2", "api-prod-v042")],
                  prod=[("i1", "draining"), ("i2", "healthy")])

    assert [(group.name, group.colour) for group in scene.groups(here, "api-prod")] == [("api-prod-v041", "black"),
                                                                           ("api-prod-v042", "red")]


def test_shares_follow_the_weights_and_the_healthy_targets():
    here = region([instance("i1", "api-prod-v041"), instance("i2", "api-prod-v042"), instance("i3", "api-prod-v042"),
                   instance("i4", "api-prod-canary-v042")],
                  prod=[("i1", "healthy"), ("i2", "healthy"), ("i3", "initial")], canary=[("i4", "healthy")],
                  weights={PROD: 80, CANARY: 20})

    assert {group.name: round(group.share, 2) for group in scene.groups(here, "api-prod")} == {
        "api-prod-v041": 0.4, "api-prod-v042": 0.4, "api-prod-canary-v042": 0.2}


def test_terminated_instances_and_builders_are_in_no_group():
    here = region([instance("i1", "api-prod-v041", "terminated"), instance("i2", None)])

    assert scene.groups(here, "api-prod") == []
    assert scene.builders(here) == 1


def test_failures_in_the_canary_do_not_count_as_failures_outside():
    assert scene.Served(requests=100, failed=5, canary_requests=20, canary_failed=4).failed_outside == 1


def test_of_two_clusters_in_a_region_each_sees_its_own():
    here = region([instance("i1", "api-prod-v041"), instance("i2", "api-test-v041")], prod=[("i1", "healthy")])

    assert [group.name for group in scene.groups(here, "api-test")] == ["api-test-v041"]
    assert [(group.name, group.share) for group in scene.groups(here, "api-prod")] == [("api-prod-v041", 1.0)]
    assert scene.groups(here, "api-test")[0].share == 0
