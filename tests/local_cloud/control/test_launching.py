"""Launches and terminations as AWS does them: over time, over zones, drained, recorded, and refused when wrong."""

from collections import Counter

import pytest
from botocore.exceptions import ClientError

from tests.local_cloud.control.cloud import eventually


def refused(code: str, call, **arguments) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == code
    return caught.value.response["Error"]["Message"]


@pytest.fixture
def held(site):
    """An ASG whose first instance is held by a hook, and that instance."""
    name = site.asg(1, ready=False, LifecycleHookSpecificationList=[
        {"LifecycleHookName": "warm", "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING",
         "HeartbeatTimeout": 300, "DefaultResult": "CONTINUE"}])
    return name, eventually(lambda: [i for i, state in site.members(name).items() if state == "Pending:Wait"])[0]


def release(site, name, instance, result="CONTINUE"):
    site.asgs.complete_lifecycle_action(AutoScalingGroupName=name, LifecycleHookName="warm", InstanceId=instance,
                                        LifecycleActionResult=result)


def test_an_instance_is_in_service_only_after_its_boot(site):
    name = site.asg(1)
    (activity,) = site.activities(name)
    assert (activity["EndTime"] - activity["StartTime"]).total_seconds() >= 30 / 300


def test_hooks_come_with_the_create_and_hold_an_instance_out_of_service_until_they_are_completed(site, held):
    name, instance = held
    (hook,) = site.asgs.describe_lifecycle_hooks(AutoScalingGroupName=name)["LifecycleHooks"]
    assert (hook["LifecycleHookName"], hook["DefaultResult"], hook["HeartbeatTimeout"]) == ("warm", "CONTINUE", 300)
    assert instance not in site.targets()
    release(site, name, instance)
    eventually(lambda: site.in_service(name) == [instance])
    assert instance in site.targets()


def test_an_instance_whose_hook_is_abandoned_is_replaced(site, held):
    name, instance = held
    release(site, name, instance, "ABANDON")
    eventually(lambda: instance not in site.members(name))
    assert "abandoned" in next(a["StatusMessage"] for a in site.activities(name) if a["StatusCode"] == "Failed")


def test_a_target_is_initial_until_its_health_checks_pass(site):
    instance = site.in_service(site.asg())[0]
    site.cloud.looks()
    assert site.targets()[instance] == "initial"
    site.checked(instance)
    assert site.targets()[instance] == "healthy"


@pytest.mark.parametrize("sizes", [{"DesiredCapacity": 50, "MaxSize": 10}, {"MinSize": 3, "MaxSize": 2},
                                   {"DesiredCapacity": 1, "MinSize": 2}],
                         ids=["above max", "min over max", "below min"])
def test_a_size_outside_its_bounds_is_a_validation_error(site, sizes):
    refused("ValidationError", site.asg, ready=False, **sizes)
    name = site.asg(1, ready=False)
    refused("ValidationError", site.asgs.update_auto_scaling_group, AutoScalingGroupName=name, **sizes)
    assert site.group(name)["DesiredCapacity"] == 1


def test_a_desired_capacity_outside_its_bounds_is_a_validation_error(site):
    name = site.asg(0)
    message = refused("ValidationError", site.asgs.set_desired_capacity, AutoScalingGroupName=name, DesiredCapacity=50)
    assert "50 is above max value 10" in message


def test_bounds_that_move_past_the_desired_capacity_move_it(site):
    name = site.asg(2, ready=False)
    site.asgs.update_auto_scaling_group(AutoScalingGroupName=name, MinSize=3)
    assert site.group(name)["DesiredCapacity"] == 3
    site.asgs.update_auto_scaling_group(AutoScalingGroupName=name, MinSize=0, MaxSize=1)
    assert site.group(name)["DesiredCapacity"] == 1


def test_a_scale_in_drains_its_targets_and_then_they_leave(site):
    name = site.asg(2)
    both = site.in_service(name)
    site.checked(*both)
    site.resize(name, 1)
    leaving = eventually(lambda: [i for i, state in site.members(name).items() if state == "Terminating"])[0]
    assert site.targets()[leaving] == "draining"
    assert site.state(leaving) == "running"
    eventually(lambda: leaving not in site.members(name))
    assert leaving not in site.targets()
    assert site.state(leaving) == "terminated"
    assert site.targets()[next(i for i in both if i != leaving)] == "healthy"


def test_a_forced_delete_drains_whatever_is_suspended_and_then_all_is_gone(site):
    name = site.asg(2)
    instances = site.in_service(name)
    site.checked(*instances)
    site.asgs.suspend_processes(AutoScalingGroupName=name)
    site.asgs.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)
    assert site.group(name)["Status"] == "Delete in progress"
    eventually(lambda: [site.targets()[i] for i in instances] == ["draining", "draining"])
    eventually(lambda: not site.asgs.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"])
    assert not set(instances) & set(site.targets())


def test_an_asg_that_is_being_deleted_cannot_be_changed_nor_its_name_taken(site):
    name = site.asg(1)
    site.asgs.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)
    refused("ValidationError", site.asgs.set_desired_capacity, AutoScalingGroupName=name, DesiredCapacity=1)
    refused("AlreadyExists", site.asg, ready=False, AutoScalingGroupName=name)


def test_a_second_create_already_exists_and_the_first_keeps_its_instances(site):
    name = site.asg(1)
    before = site.members(name)
    refused("AlreadyExists", site.asg, ready=False, AutoScalingGroupName=name)
    site.cloud.looks()
    assert site.members(name) == before


def test_a_full_asg_is_in_use_unless_its_delete_is_forced(site):
    name = site.asg(1)
    refused("ResourceInUse", site.asgs.delete_auto_scaling_group, AutoScalingGroupName=name)
    assert site.in_service(name)


def test_an_empty_asg_is_deleted_without_force(site):
    name = site.asg(0)
    site.asgs.delete_auto_scaling_group(AutoScalingGroupName=name)
    eventually(lambda: not site.asgs.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"])


def test_instances_are_spread_over_the_zones(site):
    name = site.asg(6, ready=False)
    zones = eventually(lambda: [i["AvailabilityZone"] for i in site.group(name)["Instances"]])
    assert Counter(zones) == {"us-east-1a": 2, "us-east-1b": 2, "us-east-1c": 2}


def test_a_launch_is_an_activity_in_progress_and_then_successful(site, held):
    name, instance = held
    (activity,) = site.activities(name)
    assert activity["StatusCode"] == "InProgress"
    assert activity["Progress"] < 100
    release(site, name, instance)
    eventually(lambda: site.in_service(name))
    (activity,) = site.activities(name)
    assert (activity["StatusCode"], activity["Progress"]) == ("Successful", 100)
    assert activity["Description"] == f"Launching a new EC2 instance: {instance}"


def test_activities_come_newest_first_and_in_pages(site):
    name = site.asg(3)
    site.resize(name, 2)
    eventually(lambda: len(site.activities(name)) == 4)
    pages = site.asgs.get_paginator("describe_scaling_activities").paginate(
        AutoScalingGroupName=name, PaginationConfig={"PageSize": 3})
    found = [activity for page in pages for activity in page["Activities"]]
    assert len(found) == 4
    assert found[0]["Description"].startswith("Terminating")
    assert [a["StartTime"] for a in found] == sorted((a["StartTime"] for a in found), reverse=True)


def test_a_launch_that_fails_says_why_in_its_activity_and_is_tried_again(site):
    version = site.ec2.create_launch_template_version(
        LaunchTemplateId=site.template, SourceVersion="1",
        LaunchTemplateData={"ImageId": site.ec2.register_image(Name=site.name("ami"))["ImageId"]})
    version = version["LaunchTemplateVersion"]
    name = site.asg(0, LaunchTemplate={"LaunchTemplateId": site.template, "Version": str(version["VersionNumber"])})
    site.ec2.deregister_image(ImageId=version["LaunchTemplateData"]["ImageId"])
    site.resize(name, 1)
    failures = eventually(lambda: len(found := site.activities(name)) > 1 and found)
    assert {failure["StatusCode"] for failure in failures} == {"Failed"}
    assert version["LaunchTemplateData"]["ImageId"] in failures[0]["StatusMessage"]
    assert "Launching EC2 instance failed" in failures[0]["StatusMessage"]


@pytest.mark.parametrize("call", [
    ("update_auto_scaling_group", {"MaxSize": 1}), ("set_desired_capacity", {"DesiredCapacity": 1}),
    ("suspend_processes", {}), ("resume_processes", {}), ("delete_auto_scaling_group", {"ForceDelete": True}),
    ("describe_scaling_activities", {}), ("put_scaling_policy", {"PolicyName": "p", "ScalingAdjustment": 1,
                                                                "AdjustmentType": "ChangeInCapacity"}),
    ("attach_load_balancer_target_groups", {"TargetGroupARNs": []}),
    ("put_scheduled_update_group_action", {"ScheduledActionName": "s", "DesiredCapacity": 1}),
], ids=lambda call: call[0])
def test_an_unknown_asg_is_a_validation_error(site, call):
    verb, arguments = call
    message = refused("ValidationError", getattr(site.asgs, verb), AutoScalingGroupName="nobody-v001", **arguments)
    assert "not found" in message


def test_tags_on_an_unknown_asg_are_a_validation_error(site):
    tag = {"ResourceId": "nobody-v001", "ResourceType": "auto-scaling-group", "Key": "a", "Value": "b",
           "PropagateAtLaunch": False}
    refused("ValidationError", site.asgs.create_or_update_tags, Tags=[tag])


def test_an_unknown_asg_is_described_as_nothing(site):
    assert site.asgs.describe_auto_scaling_groups(AutoScalingGroupNames=["nobody-v001"])["AutoScalingGroups"] == []


def test_an_instance_of_no_asg_cannot_be_marked(site):
    refused("ValidationError", site.asgs.set_instance_health, InstanceId="i-0123456789abcdef0", HealthStatus="Healthy")


@pytest.mark.parametrize("settings", [
    {"TargetGroupARNs": ["arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/none/0123456789abcdef"]},
    {"LaunchTemplate": {"LaunchTemplateName": "none", "Version": "1"}}], ids=["target group", "launch template"])
def test_an_asg_on_what_does_not_exist_is_a_validation_error(site, settings):
    refused("ValidationError", site.asg, ready=False, **settings)


def test_instances_have_addresses_of_their_own_inside_the_network(site):
    name = site.asg(4)
    instances = [i for r in site.ec2.describe_instances(InstanceIds=site.in_service(name))["Reservations"]
                 for i in r["Instances"]]
    addresses = {instance["PrivateIpAddress"] for instance in instances}
    assert len(addresses) == 4
    assert all(address.startswith("127.173.") for address in addresses)


def test_two_regions_never_share_addresses(site):
    other = site.cloud.client("ec2", "eu-west-1")
    message = refused("InvalidVpc.Range", other.create_vpc, CidrBlock="127.173.0.0/24")
    assert "us-east-1" in message
    refused("InvalidVpc.Range", other.create_vpc, CidrBlock="127.174.0.0/24")


def test_an_instance_names_the_template_version_it_was_launched_from(site):
    version = site.ec2.create_launch_template_version(LaunchTemplateId=site.template, SourceVersion="1",
                                                      LaunchTemplateData={"InstanceType": "c7g.xlarge"})
    version = version["LaunchTemplateVersion"]
    assert version["LaunchTemplateData"]["ImageId"] == site.ami
    number = str(version["VersionNumber"])
    name = site.asg(1, LaunchTemplate={"LaunchTemplateId": site.template, "Version": number})
    (member,) = site.group(name)["Instances"]
    assert (member["LaunchTemplate"]["Version"], member["InstanceType"]) == (number, "c7g.xlarge")
