"""Each fault does its harm where it was placed, in AWS's own words, as often as it was told, and no more."""

import time

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from tests.local_cloud.control.cloud import eventually
from tests.local_cloud.control.site import Site
from tests.local_cloud.control.test_launching import refused


@pytest.mark.parametrize(("service", "action", "call", "code"), [
    ("autoscaling", "DescribeAutoScalingGroups", "describe_auto_scaling_groups", "Throttling"),
    ("elbv2", "DescribeTargetGroups", "describe_target_groups", "Throttling"),
    ("ec2", "DescribeInstances", "describe_instances", "RequestLimitExceeded"),
    ("s3", "ListBuckets", "list_buckets", "SlowDown"),
])
def test_a_throttled_action_is_refused_in_its_region_once_its_bucket_is_empty(cloud, service, action, call, code):
    cloud.fault("throttling", action=action, region="us-east-1", rate=0.001, burst=2)
    verb = getattr(cloud.client(service), call)
    verb()
    verb()
    refused(code, verb)
    getattr(cloud.client(service, "eu-west-1"), call)()
    assert cloud.serin("GET", "faults")["faults"][0]["hits"] == 1


def test_a_throttled_bucket_fills_again(cloud):
    cloud.fault("throttling", action="DescribeAutoScalingGroups", rate=20, burst=1)
    verb = cloud.client("autoscaling").describe_auto_scaling_groups
    verb()

    def passes():
        try:
            return verb()
        except ClientError:
            return None
    eventually(passes)


def test_latency_slows_the_action(cloud):
    cloud.fault("latency", action="DescribeTargetGroups", seconds=0.3)
    started = time.monotonic()
    cloud.client("elbv2").describe_target_groups()
    assert time.monotonic() - started >= 0.3


def test_an_error_before_the_effect_changes_nothing(site):
    name = site.asg(0)
    site.cloud.fault("error_before", action="SetDesiredCapacity", count=1, code="ServiceUnavailable", status=503)
    refused("ServiceUnavailable", site.resize, name=name, size=1)
    assert site.group(name)["DesiredCapacity"] == 0
    site.resize(name, 1)
    assert site.group(name)["DesiredCapacity"] == 1


def test_an_error_after_the_effect_has_changed_everything(site):
    name = site.asg(0)
    site.cloud.fault("error_after", action="SetDesiredCapacity", count=1)
    refused("InternalFailure", site.resize, name=name, size=1)
    assert site.group(name)["DesiredCapacity"] == 1


def test_a_dropped_answer_is_a_closed_connection_after_the_effect(site):
    name = site.asg(0)
    site.cloud.fault("error_after", action="SetDesiredCapacity", count=1, drop=True)
    with pytest.raises(ConnectionClosedError):
        site.resize(name, 1)
    assert site.group(name)["DesiredCapacity"] == 1


def test_a_create_whose_answer_was_lost_is_repeated_by_its_token_without_a_second_effect(site):
    site.cloud.fault("error_after", action="RunInstances", count=1)
    patient = site.cloud.client("ec2", retries=2)
    (instance,) = patient.run_instances(ImageId=site.ami, MinCount=1, MaxCount=1, KeyName="once")["Instances"]
    found = [i["InstanceId"] for r in patient.describe_instances(
        Filters=[{"Name": "key-name", "Values": ["once"]}])["Reservations"] for i in r["Instances"]]
    assert found == [instance["InstanceId"]]


def test_stale_answers_are_those_of_a_while_ago(site):
    name = site.asg(0)
    assert site.group(name)["DesiredCapacity"] == 0
    site.cloud.fault("stale", action="DescribeAutoScalingGroups", seconds=60)
    site.resize(name, 1)
    assert site.group(name)["DesiredCapacity"] == 0
    site.cloud.serin("DELETE", "faults")
    assert site.group(name)["DesiredCapacity"] == 1


def test_stale_answers_are_no_older_than_told(site):
    name = site.asg(0)
    site.group(name)
    site.resize(name, 1)
    eventually(lambda: site.group(name)["Instances"])
    site.cloud.fault("stale", action="DescribeAutoScalingGroups", seconds=0.001)
    assert site.group(name)["DesiredCapacity"] == 1


def test_without_capacity_launches_fail_in_words_and_go_on_when_there_is_some_again(site):
    name = site.asg(0)
    fault = site.cloud.fault("no_capacity", asg=name)
    site.resize(name, 3)
    failure = eventually(lambda: [a for a in site.activities(name) if a["StatusCode"] == "Failed"])[0]
    assert "do not have sufficient c7g.large capacity" in failure["StatusMessage"]
    assert "us-east-1" in failure["StatusMessage"]
    assert site.members(name) == {}
    site.cloud.serin("DELETE", f"faults/{fault}")
    eventually(lambda: len(site.in_service(name)) == 3)


def test_a_zone_without_capacity_is_named_and_the_others_are_taken(site):
    site.cloud.fault("no_capacity", zone="us-east-1a")
    name = site.asg(3)
    assert {i["AvailabilityZone"] for i in site.group(name)["Instances"]} == {"us-east-1b", "us-east-1c"}
    failures = [a["StatusMessage"] for a in site.activities(name) if a["StatusCode"] == "Failed"]
    assert failures
    assert all("us-east-1a" in failure for failure in failures)


def test_without_capacity_a_single_instance_is_refused(site):
    site.cloud.fault("no_capacity", count=1)
    refused("InsufficientInstanceCapacity", site.ec2.run_instances, ImageId=site.ami, MinCount=1, MaxCount=1)


def test_the_next_instance_never_gets_healthy_and_only_that_one(site):
    name = site.asg(0)
    site.cloud.fault("never_healthy", asg=name, count=1)
    site.resize(name, 2)
    eventually(lambda: len(site.in_service(name)) == 2)
    site.checked(*site.in_service(name))
    states = {instance: site.targets()[instance] for instance in site.in_service(name)}
    assert sorted(states.values()) == ["healthy", "unhealthy"]
    sick = next(instance for instance, state in states.items() if state == "unhealthy")
    assert site.cloud.instance(sick)["behaviour"]["starts"] is False


def test_an_instance_that_dies_is_found_out_and_replaced(site):
    name = site.asg(2)
    both = site.in_service(name)
    site.checked(*both)
    site.cloud.fault("instance_dies", asg=name, count=1)
    (dead,) = eventually(lambda: [i for i in both if site.state(i) != "running"])
    assert site.cloud.instance(dead)["state"] in ("shutting-down", "terminated")
    eventually(lambda: dead not in site.members(name) and len(site.in_service(name)) == 2)
    assert len(site.in_service(name)) == 2
    assert dead not in site.targets()


def test_an_instance_can_be_killed_and_its_target_group_is_not_told(site):
    name = site.asg(1, HealthCheckType="ELB", HealthCheckGracePeriod=0)
    (instance,) = site.in_service(name)
    site.checked(instance)
    site.asgs.suspend_processes(AutoScalingGroupName=name, ScalingProcesses=["HealthCheck"])
    site.cloud.serin("POST", f"instances/{instance}/kill")
    site.cloud.looks(2)
    assert site.state(instance) == "shutting-down"
    assert site.targets()[instance] == "healthy"
    eventually(lambda: instance not in site.targets())
    assert site.cloud.refused("POST", "instances/i-0123456789abcdef0/kill")[0] == 404


def test_a_fault_ends_at_its_time(cloud):
    cloud.fault("error_before", action="DescribeTargetGroups", until=time.time() - 1)
    cloud.client("elbv2").describe_target_groups()
    assert cloud.serin("GET", "faults")["faults"] == []


def test_faults_are_listed_and_lifted_one_by_one(cloud):
    one, other = cloud.fault("latency", seconds=0), cloud.fault("stale", seconds=1, region="nowhere")
    assert [fault["id"] for fault in cloud.serin("GET", "faults")["faults"]] == [one, other]
    assert cloud.serin("DELETE", f"faults/{one}") == {"lifted": 1}
    assert [fault["id"] for fault in cloud.serin("GET", "faults")["faults"]] == [other]
    assert cloud.refused("DELETE", f"faults/{one}")[0] == 404


def test_what_struck_is_counted_by_kind_for_ever(cloud):
    before = cloud.serin("GET", "faults")["hits"].get("latency", 0)
    cloud.fault("latency", action="DescribeTargetGroups", count=2)
    lifted = cloud.fault("latency", action="DescribeListeners")
    for _ in range(3):
        cloud.client("elbv2").describe_target_groups()
    refused("ValidationError", lambda: cloud.client("elbv2").describe_listeners())
    cloud.serin("DELETE", f"faults/{lifted}")
    assert cloud.serin("GET", "faults")["hits"]["latency"] == before + 3


def test_a_fault_that_is_misspelt_is_refused_by_name(cloud):
    status, words = cloud.refused("POST", "faults", {"kind": "latency", "secs": 3})
    assert status == 400
    assert "secs" in words


def test_a_call_that_is_not_there_says_so_in_aws_words(site):
    message = refused("InvalidAction", site.asgs.start_instance_refresh, AutoScalingGroupName="x")
    assert "StartInstanceRefresh" in message


def test_three_regions_live_beside_each_other(cloud):
    names = {}
    for region in ("us-west-2", "eu-west-1"):
        site = Site(cloud, region)
        names[region] = site.asg(1)
    for region, name in names.items():
        found = cloud.client("autoscaling", region).describe_auto_scaling_groups()["AutoScalingGroups"]
        assert [group["AutoScalingGroupName"] for group in found] == [name]
