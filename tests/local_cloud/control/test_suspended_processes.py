"""A suspended process does nothing, and what it missed is made up for, or not, as on AWS."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.local_cloud.control.cloud import eventually
from tests.local_cloud.control.test_launching import refused


def suspend(site, name, *processes):
    site.asgs.suspend_processes(AutoScalingGroupName=name, ScalingProcesses=list(processes))


def resume(site, name, *processes):
    site.asgs.resume_processes(AutoScalingGroupName=name, ScalingProcesses=list(processes))


def health(site, name):
    return [instance["HealthStatus"] for instance in site.group(name)["Instances"]]


def test_without_launch_nothing_is_launched_until_it_is_resumed(site):
    name = site.asg(1, suspended=("Launch",), ready=False)
    site.cloud.looks()
    assert site.members(name) == {}
    resume(site, name, "Launch")
    eventually(lambda: site.in_service(name))


def test_without_terminate_nothing_is_scaled_in_until_it_is_resumed(site):
    name = site.asg(2)
    suspend(site, name, "Terminate")
    site.resize(name, 1)
    site.cloud.looks()
    assert len(site.in_service(name)) == 2
    resume(site, name, "Terminate")
    eventually(lambda: len(site.in_service(name)) == 1)


def test_without_add_to_load_balancer_an_instance_gets_no_traffic_and_resuming_does_not_add_it(site):
    name = site.asg(1, suspended=("AddToLoadBalancer",))
    (instance,) = site.in_service(name)
    assert instance not in site.targets()
    resume(site, name, "AddToLoadBalancer")
    site.resize(name, 2)
    later = eventually(lambda: [i for i in site.in_service(name) if i != instance])[0]
    assert later in site.targets()
    assert instance not in site.targets()


def test_without_health_check_nothing_is_marked(site):
    name = site.asg(1, HealthCheckType="ELB", HealthCheckGracePeriod=0)
    suspend(site, name, "HealthCheck")
    site.checked(*site.in_service(name), state="unhealthy")
    site.cloud.looks()
    assert health(site, name) == ["Healthy"]
    suspend(site, name, "ReplaceUnhealthy")
    resume(site, name, "HealthCheck")
    eventually(lambda: health(site, name) == ["Unhealthy"])


@pytest.mark.parametrize("process", ["ReplaceUnhealthy", "Terminate"])
def test_a_marked_instance_stays_until_replacing_is_resumed(site, process):
    name = site.asg(1)
    (instance,) = site.in_service(name)
    suspend(site, name, process)
    site.asgs.set_instance_health(InstanceId=instance, HealthStatus="Unhealthy")
    site.cloud.looks()
    assert site.in_service(name) == [instance]
    resume(site, name, process)
    eventually(lambda: site.in_service(name) and instance not in site.in_service(name))


def test_an_instance_that_was_marked_healthy_again_is_kept(site):
    name = site.asg(1)
    (instance,) = site.in_service(name)
    suspend(site, name, "ReplaceUnhealthy")
    for status in ("Unhealthy", "Healthy"):
        site.asgs.set_instance_health(InstanceId=instance, HealthStatus=status)
    resume(site, name, "ReplaceUnhealthy")
    site.cloud.looks()
    assert site.in_service(name) == [instance]


def track(site, name, requests=1000):
    site.asgs.put_scaling_policy(
        AutoScalingGroupName=name, PolicyName="follow", PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration={"TargetValue": 500, "PredefinedMetricSpecification": {
            "PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": "app/lb/1/targetgroup/tg/1"}})
    site.cloud.serin("POST", "load", {site.region: {name: {"requests_per_target": requests}}})


def test_target_tracking_scales_out_and_in_again(site):
    name = site.asg(1)
    track(site, name, requests=1100)
    eventually(lambda: site.group(name)["DesiredCapacity"] == 3)
    eventually(lambda: len(site.in_service(name)) == 3)
    site.cloud.serin("POST", "load", {site.region: {name: {"requests_per_target": 166}}})
    eventually(lambda: site.group(name)["DesiredCapacity"] == 1)


def test_without_alarm_notification_target_tracking_does_nothing(site):
    name = site.asg(1, suspended=("AlarmNotification",))
    track(site, name)
    site.cloud.looks(5)
    assert site.group(name)["DesiredCapacity"] == 1
    resume(site, name, "AlarmNotification")
    eventually(lambda: site.group(name)["DesiredCapacity"] == 2)


def test_a_scheduled_action_acts_at_its_time(site):
    name = site.asg(0)
    site.asgs.put_scheduled_update_group_action(
        AutoScalingGroupName=name, ScheduledActionName="up", DesiredCapacity=2, MinSize=1,
        StartTime=datetime.now(UTC) + timedelta(seconds=1))
    assert site.group(name)["DesiredCapacity"] == 0
    eventually(lambda: site.group(name)["DesiredCapacity"] == 2)
    assert site.group(name)["MinSize"] == 1


def test_without_scheduled_actions_the_time_passes_and_nothing_happens(site):
    name = site.asg(0)
    suspend(site, name, "ScheduledActions")
    site.asgs.put_scheduled_update_group_action(AutoScalingGroupName=name, ScheduledActionName="up", DesiredCapacity=2,
                                                StartTime=datetime.now(UTC) + timedelta(seconds=1))
    schedule = site.asgs.describe_scheduled_actions
    eventually(lambda: not schedule(AutoScalingGroupName=name)["ScheduledUpdateGroupActions"])
    resume(site, name, "ScheduledActions")
    site.cloud.looks()
    assert site.group(name)["DesiredCapacity"] == 0


def zones(site, name):
    return [i["AvailabilityZone"][-1] for i in site.group(name)["Instances"] if i["LifecycleState"] == "InService"]


def test_zones_that_drifted_apart_are_balanced_unless_that_is_suspended(site):
    name = site.asg(6)
    suspend(site, name, "AZRebalance")
    in_a = [i["InstanceId"] for i in site.group(name)["Instances"] if i["AvailabilityZone"].endswith("a")]
    for instance in in_a:
        site.asgs.terminate_instance_in_auto_scaling_group(InstanceId=instance, ShouldDecrementDesiredCapacity=True)
    eventually(lambda: len(site.members(name)) == 4)
    site.cloud.looks(5)
    assert sorted(zones(site, name)) == ["b", "b", "c", "c"]
    resume(site, name, "AZRebalance")
    eventually(lambda: sorted(zones(site, name)) in (["a", "b", "b", "c"], ["a", "b", "c", "c"]))
    assert site.group(name)["DesiredCapacity"] == 4


def test_a_process_that_does_not_exist_is_a_validation_error(site):
    name = site.asg(0)
    refused("ValidationError", site.asgs.suspend_processes, AutoScalingGroupName=name, ScalingProcesses=["Lunch"])


def test_policies_of_one_name_belong_each_to_its_own_asg(site):
    one, other = site.asg(0), site.asg(0)
    arns = {asg: site.asgs.put_scaling_policy(AutoScalingGroupName=asg, PolicyName="up", AdjustmentType="ExactCapacity",
                                              ScalingAdjustment=size)["PolicyARN"]
            for asg, size in ((one, 1), (other, 2))}

    def policies(asg):
        return site.asgs.describe_policies(AutoScalingGroupName=asg)["ScalingPolicies"]

    assert [p["ScalingAdjustment"] for p in policies(one) + policies(other)] == [1, 2]
    site.asgs.execute_policy(AutoScalingGroupName=one, PolicyName="up")
    assert (site.group(one)["DesiredCapacity"], site.group(other)["DesiredCapacity"]) == (1, 0)
    site.asgs.delete_policy(AutoScalingGroupName=one, PolicyName="up")
    assert policies(one) == []
    assert policies(other)[0]["PolicyARN"] == arns[other]


def test_a_policy_tells_the_alarms_that_set_it_off(site):
    name = site.asg(0)
    arn = site.asgs.put_scaling_policy(AutoScalingGroupName=name, PolicyName="up", ScalingAdjustment=1,
                                       AdjustmentType="ChangeInCapacity")["PolicyARN"]
    site.cloud.client("cloudwatch").put_metric_alarm(
        AlarmName=f"{name}-high", AlarmActions=[arn], MetricName="CPUUtilization", Namespace="AWS/EC2",
        Statistic="Average", Period=60, EvaluationPeriods=1, Threshold=80, ComparisonOperator="GreaterThanThreshold")
    (policy,) = site.asgs.describe_policies(AutoScalingGroupName=name)["ScalingPolicies"]
    assert [alarm["AlarmName"] for alarm in policy["Alarms"]] == [f"{name}-high"]


def test_scheduled_actions_of_one_name_belong_each_to_its_own_asg(site):
    one, other = site.asg(0), site.asg(0)
    for asg, size in ((one, 1), (other, 2)):
        site.asgs.put_scheduled_update_group_action(AutoScalingGroupName=asg, ScheduledActionName="evening",
                                                    Recurrence="0 19 * * *", DesiredCapacity=size)
    site.asgs.delete_scheduled_action(AutoScalingGroupName=one, ScheduledActionName="evening")
    left = site.asgs.describe_scheduled_actions()["ScheduledUpdateGroupActions"]
    assert [(a["AutoScalingGroupName"], a["DesiredCapacity"]) for a in left
            if a["AutoScalingGroupName"] in (one, other)] == [(other, 2)]
