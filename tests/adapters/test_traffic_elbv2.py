"""An Application Load Balancer behind the port, on the local cloud's control process."""

import pytest

from include.adapters.traffic import elbv2_forwards
from include.adapters.traffic.elbv2 import Elbv2Traffic
from include.domain.errors import BadInput, Refused
from tests.adapters.cloud import Cluster, Session, eventually, furnished


@pytest.fixture
def traffic(cluster) -> Elbv2Traffic:
    return traffic_of(cluster)


def traffic_of(cluster: Cluster, **other) -> Elbv2Traffic:
    where = {"load_balancer": cluster.load_balancer, "listener_port": 80, "target_group": f"{cluster.service}-prod"}
    return Elbv2Traffic(cluster.session, **where | other)


def canary_of(cluster: Cluster, traffic: Elbv2Traffic) -> str:
    return traffic.add_target_group(f"{cluster.service}-prod-canary", cluster.target_group)


def rule(cluster: Cluster, priority: int, group: str, path="/a/*", **forward) -> str:
    action = {"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": group, "Weight": 1}], **forward}}
    return cluster.aws("elbv2").create_rule(
        ListenerArn=cluster.listener, Priority=priority, Actions=[action],
        Conditions=[{"Field": "path-pattern", "Values": [path]}])["Rules"][0]["RuleArn"]


def actions(cluster: Cluster) -> dict[str, list[dict]]:
    rules = cluster.aws("elbv2").describe_rules(ListenerArn=cluster.listener)["Rules"]
    return {rule["Priority"]: rule["Actions"] for rule in rules}


def test_a_simple_forward_is_a_weight_of_one(traffic, cluster):
    assert traffic.weights() == {cluster.target_group: 1}


def test_a_new_target_group_is_shaped_like_the_given_one(traffic, cluster):
    arn = canary_of(cluster, traffic)
    described = cluster.aws("elbv2").describe_target_groups(TargetGroupArns=[arn, cluster.target_group])["TargetGroups"]
    new, like = ({g["TargetGroupArn"]: g for g in described}[a] for a in (arn, cluster.target_group))
    for same in ("Protocol", "Port", "VpcId", "TargetType", "HealthCheckPath", "HealthCheckIntervalSeconds",
                 "HealthyThresholdCount", "Matcher"):
        assert new[same] == like[same], same
    assert traffic.drain_seconds(arn) == traffic.drain_seconds(cluster.target_group) == 77
    tags = cluster.aws("elbv2").describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"]
    assert {t["Key"]: t["Value"] for t in tags} == {"team": "search", "serin:like": f"{cluster.service}-prod"}


def test_adding_a_target_group_twice_returns_the_first_and_repairs_what_a_crash_left_out(traffic, cluster):
    arn = canary_of(cluster, traffic)
    cluster.aws("elbv2").modify_target_group_attributes(
        TargetGroupArn=arn, Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "300"}])
    assert canary_of(cluster, traffic) == arn == traffic.target_group(f"{cluster.service}-prod-canary")
    assert traffic.drain_seconds(arn) == 77


def test_a_target_group_that_is_not_there_has_no_arn(traffic):
    assert traffic.target_group("nobody") is None


def test_weights_are_written_in_every_rule_that_forwards_to_the_cluster_and_nowhere_else(traffic, cluster):
    canary = canary_of(cluster, traffic)
    other = furnished(cluster.session).target_group
    rule(cluster, 10, cluster.target_group)
    rule(cluster, 20, other, path="/other/*")
    wanted = {cluster.target_group: 90, canary: 10}
    traffic.set_weights(wanted)
    weights = {p: elbv2_forwards.forwarded(a[0]) for p, a in actions(cluster).items()}
    assert weights == {"10": wanted, "20": {other: 1}, "default": wanted}
    assert traffic.weights() == wanted


def test_a_weight_in_any_rule_is_a_weight_for_a_crash_may_leave_some_of_them_behind(traffic, cluster):
    canary = canary_of(cluster, traffic)
    first = rule(cluster, 10, cluster.target_group)
    traffic.set_weights({cluster.target_group: 100, canary: 0})
    cluster.aws("elbv2").modify_rule(RuleArn=first, Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": [
        {"TargetGroupArn": cluster.target_group, "Weight": 90}, {"TargetGroupArn": canary, "Weight": 10}]}}])
    assert traffic.weights() == {cluster.target_group: 100, canary: 10}


def test_another_target_group_in_any_rule_to_the_cluster_is_seen(traffic, cluster):
    other = furnished(cluster.session).target_group
    rule(cluster, 10, cluster.target_group)
    cluster.aws("elbv2").modify_rule(RuleArn=rule(cluster, 20, other, path="/b/*"), Actions=[
        {"Type": "forward", "ForwardConfig": {"TargetGroups": [
            {"TargetGroupArn": cluster.target_group, "Weight": 5}, {"TargetGroupArn": other, "Weight": 5}]}}])
    assert traffic.weights() == {cluster.target_group: 5, other: 5}


def test_stickiness_survives_a_change_of_weights(traffic, cluster):
    rule(cluster, 10, cluster.target_group, TargetGroupStickinessConfig={"Enabled": True, "DurationSeconds": 99})
    traffic.set_weights({cluster.target_group: 50})
    config = actions(cluster)["10"][0]["ForwardConfig"]
    assert config["TargetGroupStickinessConfig"] == {"Enabled": True, "DurationSeconds": 99}
    assert config["TargetGroups"][0]["Weight"] == 50


def test_weights_that_are_there_already_are_not_written_again(cluster):
    traffic = traffic_of(cluster)
    traffic.set_weights({cluster.target_group: 5})
    cluster.session.calls.clear()
    traffic.set_weights({cluster.target_group: 5})
    assert [call.rpartition(".")[2] for call in cluster.session.calls] == ["DescribeRules"]


def test_a_login_before_the_forward_is_kept_with_its_secret():
    login = {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": {"Issuer": "i", "ClientId": "c"}}
    forward = {"Type": "forward", "Order": 2, "TargetGroupArn": "own", "ForwardConfig": {
        "TargetGroups": [{"TargetGroupArn": "own", "Weight": 1}], "TargetGroupStickinessConfig": {"Enabled": False}}}
    changed = elbv2_forwards.with_weights([login, forward], "own", {"own": 9, "canary": 1})
    assert changed == [
        {"Type": "authenticate-oidc", "Order": 1,
         "AuthenticateOidcConfig": {"Issuer": "i", "ClientId": "c", "UseExistingClientSecret": True}},
        {"Type": "forward", "Order": 2, "ForwardConfig": {
            "TargetGroups": [{"TargetGroupArn": "own", "Weight": 9}, {"TargetGroupArn": "canary", "Weight": 1}],
            "TargetGroupStickinessConfig": {"Enabled": False}}}]


@pytest.mark.parametrize(("weights", "sentence"), [
    ({"own": 1000}, "weight 1000 of own is not a whole number from 0 to 999"),
    ({"own": -5}, "weight -5 of own is not a whole number from 0 to 999"),
    ({"own": 0.5}, "weight 0.5 of own is not a whole number from 0 to 999"),
    ({"own": 0}, "all weights are 0"),
    ({"canary": 1}, "weights without the cluster's own target group own"),
    ({"own": 1, "a": 1, "b": 1, "c": 1, "d": 1, "e": 1}, "6 target groups in one forward: a load balancer takes 5"),
    ({}, "weights without the cluster's own target group own"),
], ids=["too great", "negative", "half", "nobody", "without its own", "six", "none"])
def test_weights_that_cannot_be_are_refused_before_any_call(weights, sentence):
    with pytest.raises(BadInput, match=sentence):
        elbv2_forwards.check(weights, "own")


def test_an_unknown_target_group_is_bad_input_and_no_rule_is_changed(traffic, cluster):
    rule(cluster, 10, cluster.target_group)
    unknown = cluster.target_group.rpartition("/")[0] + "/0123456789abcdef"
    with pytest.raises(BadInput, match="does not exist: no weight was changed"):
        traffic.set_weights({cluster.target_group: 1, unknown: 1})
    assert elbv2_forwards.forwarded(actions(cluster)["10"][0]) == {cluster.target_group: 1}


@pytest.mark.parametrize(("where", "sentence"), [
    ({"load_balancer": "nobody"}, "load balancer nobody does not exist"),
    ({"listener_port": 443}, "has no listener on port 443: 80"),
    ({"target_group": "nobody"}, "target group nobody does not exist"),
], ids=["load balancer", "listener", "target group"])
def test_a_declared_place_that_does_not_exist_is_bad_input(cluster, where, sentence):
    with pytest.raises(BadInput, match=sentence):
        traffic_of(cluster, **where).weights()


def test_a_listener_that_forwards_nothing_to_the_cluster_is_bad_input(cluster):
    other = furnished(cluster.session)
    with pytest.raises(BadInput, match=f"listener 80 of {cluster.load_balancer} forwards nothing to {other.service}"):
        traffic_of(cluster, target_group=f"{other.service}-prod").weights()


def test_a_target_group_with_weight_is_not_removed_and_one_with_weight_zero_is(traffic, cluster):
    canary = canary_of(cluster, traffic)
    traffic.set_weights({cluster.target_group: 90, canary: 10})
    with pytest.raises(Refused, match=r"prod-canary still carries weight 10 on listener 80"):
        traffic.remove_target_group(canary)
    traffic.set_weights({cluster.target_group: 100, canary: 0})
    traffic.remove_target_group(canary)
    assert traffic.weights() == {cluster.target_group: 100}
    assert traffic.target_group(f"{cluster.service}-prod-canary") is None
    traffic.remove_target_group(canary)


def test_weight_in_any_rule_keeps_a_target_group(traffic, cluster):
    canary = canary_of(cluster, traffic)
    rule(cluster, 10, canary)
    with pytest.raises(Refused, match="still carries weight 1"):
        traffic.remove_target_group(canary)


def instances_of(cluster: Cluster) -> list[str]:
    def both():
        instances = cluster.group(cluster.asg)["Instances"]
        return [i["InstanceId"] for i in instances if i["LifecycleState"] == "InService"] if instances else []
    return eventually(lambda: len(both()) == 2 and both(), "two instances in service")


def test_targets_are_registered_seen_and_deregistered(traffic, cluster):
    first, second = instances_of(cluster)
    canary = canary_of(cluster, traffic)
    traffic.set_weights({cluster.target_group: 9, canary: 1})
    traffic.register(canary, [first, second])
    eventually(lambda: {t.instance: t.state for t in traffic.targets(canary)} == {first: "healthy", second: "healthy"},
               "both healthy")
    traffic.deregister(canary, [first])
    assert {t.instance: t.state for t in traffic.targets(canary)}[first] == "draining"
    traffic.deregister(canary, [first, "i-0123456789abcdef0"])
    eventually(lambda: [t.instance for t in traffic.targets(canary)] == [second], "the first one is out")


def test_targets_go_in_lists_of_a_hundred(cluster):
    class Counting(Session):
        sent: list[int] = []

        def client(self, service):
            client = super().client(service)
            if service == "elbv2":
                client.register_targets = client.deregister_targets = lambda **a: self.sent.append(len(a["Targets"]))
            return client

    session = Counting(cluster.session.endpoint)
    Elbv2Traffic(session, "x", 80, "x").register("group", [f"i-{n:017x}" for n in range(250)])
    assert session.sent == [100, 100, 50]


def test_one_instance_that_does_not_run_does_not_keep_the_others_out(traffic, cluster):
    first, second = instances_of(cluster)
    canary = canary_of(cluster, traffic)
    traffic.register(canary, [first, "i-0123456789abcdef0", second])
    assert {t.instance for t in traffic.targets(canary)} == {first, second}
