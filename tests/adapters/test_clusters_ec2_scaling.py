"""Scaling policies, their alarms and schedules go along to the next ASG."""

import json
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from include.adapters.aws import Aws
from include.adapters.clusters.ec2_asg import Ec2AsgClusters
from include.adapters.clusters.ec2_scaling import _action, _is_over, copy_scaling
from include.domain.asg_tags import PUSH
from include.domain.cluster import NewAsg
from include.domain.errors import BadInput
from include.domain.scaling.policies import Policy, Tracking
from tests.adapters.cloud import Session, eventually

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALARM = {"Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Statistic": "Average", "Period": 60,
         "EvaluationPeriods": 3, "Threshold": 0.0, "ComparisonOperator": "GreaterThanThreshold"}


@pytest.fixture
def clusters(session) -> Ec2AsgClusters:
    return Ec2AsgClusters(session)


@pytest.fixture
def new(clusters, cluster) -> str:
    name = f"{cluster.service}-prod-v042"
    clusters.create(NewAsg(name, cluster.asg, cluster.ami, 5, {PUSH: "push-1"}))
    return name


def policies(cluster, asg) -> dict[str, dict]:
    found = cluster.aws("autoscaling").describe_policies(AutoScalingGroupName=asg)["ScalingPolicies"]
    return {policy["PolicyName"]: policy for policy in found}


def put_target_tracking(cluster, asg, value=60.0):
    cluster.aws("autoscaling").put_scaling_policy(
        AutoScalingGroupName=asg, PolicyName="cpu", PolicyType="TargetTrackingScaling", TargetTrackingConfiguration={
            "TargetValue": value, "CustomizedMetricSpecification": {
                "MetricName": "busy", "Namespace": "own", "Statistic": "Average",
                "Dimensions": [{"Name": "AutoScalingGroupName", "Value": asg}, {"Name": "tier", "Value": "web"}]}})


def put_step(cluster, asg, alarm):
    cluster.aws("autoscaling").put_scaling_policy(
        AutoScalingGroupName=asg, PolicyName="steps", PolicyType="StepScaling", AdjustmentType="ChangeInCapacity",
        StepAdjustments=[{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 2}])
    arn = policies(cluster, asg)["steps"]["PolicyARN"]
    cluster.aws("cloudwatch").put_metric_alarm(
        AlarmName=alarm, AlarmActions=[arn, "arn:aws:sns:us-east-1:123456789012:pager"],
        Dimensions=[{"Name": "AutoScalingGroupName", "Value": asg}], **ALARM)


def test_target_tracking_goes_along_and_looks_at_the_new_asg(clusters, cluster, new):
    put_target_tracking(cluster, cluster.asg)
    clusters.copy_scaling(cluster.asg, new)
    settings = policies(cluster, new)["cpu"]["TargetTrackingConfiguration"]
    assert settings["TargetValue"] == 60.0
    assert settings["CustomizedMetricSpecification"]["Dimensions"] == [
        {"Name": "AutoScalingGroupName", "Value": new}, {"Name": "tier", "Value": "web"}]


def test_all_settings_of_target_tracking_go_along():
    """Those that moto forgets too: metric maths, the warm-up, and that a policy is switched off."""
    session, put = Session("http://127.0.0.1:9"), {}
    dimension = [{"Name": "AutoScalingGroupName", "Value": "api-prod-v041"}]
    tracking = {"TargetValue": 60.0, "DisableScaleIn": True, "CustomizedMetricSpecification": {"Metrics": [
        {"Id": "busy", "ReturnData": False, "MetricStat": {"Stat": "Sum", "Metric": {
            "Namespace": "own", "MetricName": "busy", "Dimensions": dimension}}},
        {"Id": "each", "Expression": "busy / 8"}]}}
    policy = {"PolicyName": "cpu", "PolicyType": "TargetTrackingScaling", "EstimatedInstanceWarmup": 90,
              "Enabled": False, "TargetTrackingConfiguration": tracking, "PolicyARN": "arn:old",
              "AutoScalingGroupName": "api-prod-v041", "Alarms": [{"AlarmName": "AWS's own"}]}

    class Told(Aws):
        def pages(self, service, operation, key, about, **_):
            return [policy] if (operation, about) == ("describe_policies", "api-prod-v041") else []

        def call(self, service, operation, about, **arguments):
            put.update(arguments)

    copy_scaling(Told(session), "api-prod-v041", "api-prod-v042")
    assert put.pop("TargetTrackingConfiguration") == json.loads(
        json.dumps(tracking).replace("api-prod-v041", "api-prod-v042"))
    assert put == {"AutoScalingGroupName": "api-prod-v042", "PolicyName": "cpu", "Enabled": False,
                   "PolicyType": "TargetTrackingScaling", "EstimatedInstanceWarmup": 90}


def test_what_the_new_asg_has_already_is_kept(clusters, cluster, new):
    put_target_tracking(cluster, cluster.asg, 60.0)
    put_target_tracking(cluster, new, 30.0)
    clusters.copy_scaling(cluster.asg, new)
    assert policies(cluster, new)["cpu"]["TargetTrackingConfiguration"]["TargetValue"] == 30.0


def test_a_step_policy_goes_along_with_an_alarm_of_its_own(clusters, cluster, new):
    put_step(cluster, cluster.asg, f"{cluster.service}-high-cpu")
    clusters.copy_scaling(cluster.asg, new)
    clusters.copy_scaling(cluster.asg, new)
    policy = policies(cluster, new)["steps"]
    assert policy["StepAdjustments"] == [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 2}]
    alarm, = cluster.aws("cloudwatch").describe_alarms(AlarmNamePrefix=f"serin/{new}/")["MetricAlarms"]
    assert alarm["AlarmName"] == f"serin/{new}/{cluster.service}-high-cpu"
    assert alarm["AlarmActions"] == [policy["PolicyARN"], "arn:aws:sns:us-east-1:123456789012:pager"]
    assert alarm["Dimensions"] == [{"Name": "AutoScalingGroupName", "Value": new}]
    assert (alarm["Threshold"], alarm["Period"], alarm["EvaluationPeriods"]) == (0.0, 60, 3)


def test_an_alarm_that_a_crash_left_out_is_put_by_the_next_try(clusters, cluster, new):
    put_step(cluster, cluster.asg, f"{cluster.service}-high-cpu")
    clusters.copy_scaling(cluster.asg, new)
    cluster.aws("cloudwatch").delete_alarms(AlarmNames=[f"serin/{new}/{cluster.service}-high-cpu"])
    clusters.copy_scaling(cluster.asg, new)
    assert cluster.aws("cloudwatch").describe_alarms(AlarmNamePrefix=f"serin/{new}/")["MetricAlarms"]


def test_names_do_not_grow_from_push_to_push_and_go_with_their_asg(clusters, cluster, new):
    put_step(cluster, cluster.asg, f"{cluster.service}-high-cpu")
    clusters.copy_scaling(cluster.asg, new)
    third = f"{cluster.service}-prod-v043"
    clusters.create(NewAsg(third, new, cluster.ami, 5, {PUSH: "push-2"}))
    clusters.copy_scaling(new, third)
    clusters.delete(new)
    ours = cluster.aws("cloudwatch").describe_alarms(AlarmNamePrefix=f"serin/{cluster.service}")["MetricAlarms"]
    assert [alarm["AlarmName"] for alarm in ours] == [f"serin/{third}/{cluster.service}-high-cpu"]


def test_a_policy_driven_by_a_composite_alarm_is_refused_before_anything_is_copied():
    class OneStepPolicy:
        """DescribeAlarms tells metric alarms only, so a composite one is as good as gone."""

        def pages(self, service, operation, *_, **__):
            step = {"PolicyName": "steps", "PolicyType": "StepScaling", "Alarms": [{"AlarmName": "both"}]}
            return [step] if operation == "describe_policies" else []

        def call(self, *what, **_):
            raise AssertionError(f"changed: {what}")

    with pytest.raises(BadInput, match="both is no metric alarm"):
        copy_scaling(OneStepPolicy(), "api-prod-v041", "api-prod-v042")


def test_recurring_actions_go_along_and_those_there_are_kept(clusters, cluster, new):
    aws = cluster.aws("autoscaling")
    for asg, size in ((cluster.asg, 4), (new, 3)):
        aws.put_scheduled_update_group_action(AutoScalingGroupName=asg, ScheduledActionName="morning",
                                              Recurrence="0 6 * * *", TimeZone="Europe/Berlin", MinSize=size)
    aws.put_scheduled_update_group_action(AutoScalingGroupName=cluster.asg, ScheduledActionName="evening",
                                          Recurrence="0 22 * * *", MinSize=1, MaxSize=5, DesiredCapacity=2)
    clusters.copy_scaling(cluster.asg, new)
    found = {a["ScheduledActionName"]: a for a in aws.describe_scheduled_actions(AutoScalingGroupName=new)
             ["ScheduledUpdateGroupActions"]}
    assert found["morning"]["MinSize"] == 3
    assert (found["evening"]["Recurrence"], found["evening"]["DesiredCapacity"]) == ("0 22 * * *", 2)


@pytest.mark.parametrize(("action", "over"), [
    ({"StartTime": NOW - timedelta(1)}, True),
    ({"StartTime": NOW + timedelta(1)}, False),
    ({"StartTime": NOW - timedelta(1), "Recurrence": "0 6 * * *"}, False),
    ({"EndTime": NOW - timedelta(1), "Recurrence": "0 6 * * *"}, True),
    ({"Recurrence": "0 6 * * *"}, False),
], ids=["once, past", "once, to come", "recurring since", "recurring, ended", "recurring"])
def test_a_scheduled_action_that_is_over_stays_behind(action, over):
    assert _is_over(action, NOW) is over


def test_a_start_in_the_past_is_not_repeated_since_aws_refuses_it():
    action = {"ScheduledActionName": "a", "StartTime": NOW - timedelta(1), "Recurrence": "0 6 * * *", "MinSize": 0}
    assert _action(action, NOW) == {"ScheduledActionName": "a", "Recurrence": "0 6 * * *", "MinSize": 0}
    assert _action({"StartTime": NOW + timedelta(1)}, NOW) == {"StartTime": NOW + timedelta(1)}


def test_target_tracking_on_requests_names_the_load_balancer_and_keeps_what_a_person_switched_off(clusters, cluster):
    clusters.track_requests(cluster.asg, Tracking("serin-requests", 600.0))
    described = policies(cluster, cluster.asg)["serin-requests"]["TargetTrackingConfiguration"]
    balancer = cluster.aws("elbv2").describe_load_balancers(Names=[cluster.load_balancer])["LoadBalancers"][0]
    label = described["PredefinedMetricSpecification"]["ResourceLabel"]
    assert label == f"{balancer['LoadBalancerArn'].split(':loadbalancer/')[1]}/{cluster.target_group.split(':')[-1]}"
    assert label.startswith("app/")
    assert "/targetgroup/" in label
    cluster.aws("autoscaling").put_scaling_policy(
        AutoScalingGroupName=cluster.asg, PolicyName="serin-requests", PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration=described | {"DisableScaleIn": True})
    clusters.track_requests(cluster.asg, Tracking("serin-requests", 900.0))
    kept = policies(cluster, cluster.asg)["serin-requests"]["TargetTrackingConfiguration"]
    assert (kept["TargetValue"], kept["DisableScaleIn"]) == (900.0, True)


def test_a_teams_other_policies_are_told_by_name_and_kind(clusters, cluster):
    put_step(cluster, cluster.asg, f"{cluster.service}-high-cpu")
    put_target_tracking(cluster, cluster.asg)
    assert clusters.policies(cluster.asg) == [Policy("cpu", "TargetTrackingScaling", "", 60.0),
                                              Policy("steps", "StepScaling")]


def test_the_target_that_is_put_is_the_one_that_aws_scales_by(clusters, cluster, session):
    """Requests a minute for each target, as AWS counts them: 1,300 at a target of 600 need 5 in place of 2."""
    clusters.track_requests(cluster.asg, Tracking("serin-requests", 600.0))
    load = json.dumps({session.region: {cluster.asg: {"requests_per_target": 1300}}}).encode()
    with urllib.request.urlopen(f"{session.endpoint}/serin/load", load, timeout=10):
        pass
    eventually(lambda: cluster.group(cluster.asg)["DesiredCapacity"] == 5, "five instances are wanted")
