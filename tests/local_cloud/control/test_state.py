"""What the data plane reads: the world with a version, by long poll; and how the process starts and stops."""

import json
import threading

import pytest

from tests.local_cloud.control.cloud import Cloud, eventually
from tests.local_cloud.control.site import Site


def region(site):
    return site.cloud.serin("GET", "state")["regions"][site.region]


def group(site, arn):
    return next(group for group in region(site)["target_groups"] if group["arn"] == arn)


def test_the_state_tells_instances_target_groups_and_rules(site):
    (instance,) = site.in_service(site.asg(1))
    seen = site.cloud.instance(instance)
    assert seen["state"] == "running"
    assert seen["ip"].startswith("127.173.")
    assert seen["ami"] == site.ami
    assert seen["behaviour"] is None
    assert {"instance": instance, "state": "initial"} in group(site, site.target_group)["targets"]
    (balancer,) = [b for b in region(site)["load_balancers"] if b["arn"] == site.load_balancer]
    (listener,) = balancer["listeners"]
    assert listener["port"] == 80
    assert listener["rules"] == [{"priority": "default", "path_patterns": [], "forward": {site.target_group: 1}}]


def test_health_checks_are_told_in_seconds_of_this_cloud(site):
    told = group(site, site.target_group)
    assert (told["port"], told["health_check"]["path"]) == (8080, "/health")
    assert told["health_check"]["interval"] == 0.1
    assert told["health_check"]["timeout"] == 1.0
    assert (told["health_check"]["healthy_threshold"], told["health_check"]["unhealthy_threshold"]) == (5, 2)


def test_rules_come_in_the_order_of_their_priority(site):
    other = site.add_target_group()
    made = [site.elb.create_rule(
        ListenerArn=site.listener, Priority=priority, Actions=[site.forward({other: 3, site.target_group: 7})],
        Conditions=[{"Field": "path-pattern", "Values": [f"/{priority}/*"]}])["Rules"][0]["RuleArn"]
        for priority in (20, 3)]
    (balancer,) = [b for b in region(site)["load_balancers"] if b["arn"] == site.load_balancer]
    rules = balancer["listeners"][0]["rules"]
    assert [(rule["priority"], rule["path_patterns"]) for rule in rules] == [(3, ["/3/*"]), (20, ["/20/*"]),
                                                                             ("default", [])]
    assert rules[0]["forward"] == {other: 3, site.target_group: 7}
    for rule in made:
        site.elb.delete_rule(RuleArn=rule)


def test_targets_that_no_listener_uses_are_not_told(site):
    unused = site.add_target_group()
    site.asg(1, TargetGroupARNs=[unused])
    assert group(site, unused)["targets"] == []


def test_a_change_ends_the_long_poll_and_is_a_new_version(site):
    site.cloud.looks()
    before, answers = site.cloud.serin("GET", "state")["version"], []
    while site.cloud.serin("GET", f"state?after={before}&wait=0.3")["version"] > before:  # others' changes go on
        before = site.cloud.serin("GET", "state")["version"]
    waiting = threading.Thread(target=lambda: answers.append(site.cloud.serin("GET", f"state?after={before}&wait=10")))
    waiting.start()
    site.elb.modify_listener(ListenerArn=site.listener, DefaultActions=[site.forward({site.target_group: 2})])
    waiting.join(5)
    assert answers
    assert answers[0]["version"] > before


@pytest.mark.parametrize(("body", "words"), [({"us-east-1": {"tg": {"i-1": {"state": "fine"}}}}, "fine"),
                                             ([], "list")], ids=["unknown state", "no mapping"])
def test_health_that_makes_no_sense_is_refused(cloud, body, words):
    status, said = cloud.refused("POST", "health", body)
    assert status == 400
    assert words in said


def test_what_is_not_there_is_refused_with_what_there_is(cloud):
    status, words = cloud.refused("GET", "nothing")
    assert status == 404
    assert "GET /serin/state" in words


def test_alone_it_can_assume_that_what_runs_is_healthy_writes_its_facts_and_stops_at_once(tmp_path):
    cloud = Cloud("--scale", "300", "--assume-healthy", "--directory", str(tmp_path), "--identity", "me")
    try:
        assert json.loads((tmp_path / "control.json").read_text()) == cloud.facts
        assert cloud.serin("GET", "identity")["identity"] == cloud.facts["identity"] == "me"
        cloud.fault("never_healthy", count=1)
        site = Site(cloud)
        name = site.asg(2)
        eventually(lambda: sorted(site.targets()[i] for i in site.in_service(name)) == ["healthy", "unhealthy"])
    finally:
        assert cloud.stop() == 0
