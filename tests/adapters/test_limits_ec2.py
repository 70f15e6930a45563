"""What AWS says of one region's room, and what of an ASG a push could not move."""

import json
import urllib.request

import pytest

from include.adapters.limits.ec2 import Ec2Limits
from include.domain.red_black.room import Balancer
from tests.adapters.cloud import eventually, furnished


@pytest.fixture
def limits(session) -> Ec2Limits:
    return Ec2Limits(session)


def image(cluster, name, **settings):
    return cluster.aws("ec2").register_image(Name=f"{cluster.service}-{name}", RootDeviceName="/dev/sda1",
                                             **{"Architecture": "arm64", **settings})["ImageId"]


def test_a_quota_that_was_raised_is_the_one_that_counts(endpoint, session, cluster, limits):
    def allow(targets):
        body = json.dumps({session.region: {"targets-per-application-load-balancer": targets}}).encode()
        urllib.request.urlopen(urllib.request.Request(f"{endpoint}/serin/limits", body), timeout=10).read()

    allow(3)
    try:
        eventually(lambda: limits.room(cluster.asg).balancers == (Balancer(cluster.load_balancer, 1, 2, 3),),
                   "two targets of three")
    finally:
        allow(1000)


def test_an_ami_for_other_machines_is_refused(cluster, limits):
    other = image(cluster, "x86", Architecture="x86_64")
    assert limits.refuses(cluster.asg, other) == [
        f"AMI {other} is built for x86_64, and the instances of {cluster.asg} are arm64"]


def test_what_scaling_would_refuse_last_is_known_first(cluster, limits, monkeypatch):
    """DescribeAlarms tells metric alarms only, so a composite one is as good as gone; moto tells no composite ones."""
    scaling = cluster.aws("autoscaling")
    told = {"PolicyName": "steps", "PolicyType": "StepScaling", "Alarms": [{"AlarmName": "both"}]}
    pages = limits._aws.pages
    monkeypatch.setattr(limits._aws, "pages", lambda service, operation, *rest, **more: (
        [told] if operation == "describe_policies" else pages(service, operation, *rest, **more)))
    assert limits.refuses(cluster.asg, cluster.ami) == [
        f"{cluster.asg}: scaling policies cannot be copied: both is no metric alarm (a composite alarm, or one that is "
        "gone)"]
    assert scaling.describe_policies(AutoScalingGroupName=cluster.asg)["ScalingPolicies"] == []


def test_target_groups_that_a_push_could_not_move_are_named(cluster, limits):
    elb, scaling = cluster.aws("elbv2"), cluster.aws("autoscaling")
    vpc = elb.describe_target_groups(TargetGroupArns=[cluster.target_group])["TargetGroups"][0]["VpcId"]
    made = [elb.create_target_group(Name=f"{cluster.service}-{name}", Protocol=protocol, Port=8080, VpcId=vpc,
                                    TargetType="instance")["TargetGroups"][0]["TargetGroupArn"]
            for name, protocol in (("tcp", "TCP"), ("unused", "HTTP"))]
    scaling.attach_load_balancer_target_groups(AutoScalingGroupName=cluster.asg, TargetGroupARNs=made)
    tcp, unused = sorted(limits.refuses(cluster.asg, cluster.ami), reverse=True)
    assert tcp.startswith(f"target group {cluster.service}-tcp takes TCP: a push moves targets of Application")
    assert unused.startswith(f"no load balancer uses target group {cluster.service}-unused")


def test_a_launch_template_that_others_follow_is_refused(session, cluster, limits):
    follower = furnished(session)
    session.client("autoscaling").update_auto_scaling_group(
        AutoScalingGroupName=follower.asg, LaunchTemplate={"LaunchTemplateId": cluster.template, "Version": "$Latest"})
    refused, = limits.refuses(cluster.asg, cluster.ami)
    assert refused.startswith(f"launch template {cluster.template}: a new version would reach {follower.asg}")
