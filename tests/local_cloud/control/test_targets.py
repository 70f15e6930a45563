"""Targets, listeners and weights: who is registered, who stays out, who drains, and what a listener refuses."""

import pytest

from tests.local_cloud.control.cloud import eventually
from tests.local_cloud.control.test_launching import refused


def out(site, *instances, arn=None):
    site.elb.deregister_targets(TargetGroupArn=arn or site.target_group, Targets=[{"Id": i} for i in instances])


def into(site, *instances, arn=None):
    site.elb.register_targets(TargetGroupArn=arn or site.target_group, Targets=[{"Id": i} for i in instances])


@pytest.fixture
def unused(site):
    return site.add_target_group()


def test_a_target_drains_for_its_delay_and_then_leaves(site):
    slow = site.add_target_group(drain_seconds=450)
    listen(site, {site.target_group: 1, slow: 0})
    (instance,) = site.in_service(site.asg())
    into(site, instance, arn=slow)
    out(site, instance, arn=slow)
    site.cloud.looks()
    assert site.targets(slow) == {instance: "draining"}
    eventually(lambda: site.targets(slow) == {})
    listen(site, {site.target_group: 1})


def test_without_a_delay_a_target_leaves_at_once(site):
    arn = site.add_target_group(drain_seconds=0)
    (instance,) = site.in_service(site.asg())
    into(site, instance, arn=arn)
    out(site, instance, arn=arn)
    assert site.targets(arn) == {}


def test_what_was_deregistered_by_hand_is_not_registered_again(site):
    name = site.asg(1)
    (instance,) = site.in_service(name)
    out(site, instance)
    eventually(lambda: instance not in site.targets())
    site.resize(name, 1)
    site.asgs.update_auto_scaling_group(AutoScalingGroupName=name, DesiredCapacity=1)
    site.asgs.attach_load_balancer_target_groups(AutoScalingGroupName=name, TargetGroupARNs=[site.target_group])
    site.cloud.looks()
    assert instance not in site.targets()


def test_a_draining_target_that_is_registered_again_is_checked_anew(site):
    (instance,) = site.in_service(site.asg())
    site.checked(instance)
    out(site, instance)
    into(site, instance)
    assert site.targets()[instance] == "initial"
    assert site.checked(instance) == 1


def test_a_health_check_does_not_bring_back_a_draining_target(site):
    (instance,) = site.in_service(site.asg())
    out(site, instance)
    assert site.checked(instance) == 0
    assert site.targets()[instance] == "draining"


def test_what_is_not_registered_is_unused_and_its_deregistration_no_error(site, unused):
    (instance,) = site.in_service(site.asg())
    out(site, instance, arn=unused)
    (found,) = site.elb.describe_target_health(TargetGroupArn=unused,
                                               Targets=[{"Id": instance}])["TargetHealthDescriptions"]
    assert (found["TargetHealth"]["State"], found["TargetHealth"]["Reason"]) == ("unused", "Target.NotRegistered")


def test_targets_of_a_group_that_no_listener_uses_are_unused_and_never_checked(site, unused):
    (instance,) = site.in_service(site.asg(1, TargetGroupARNs=[unused]))
    assert site.checked(instance, arn=unused) == 0
    (found,) = site.elb.describe_target_health(TargetGroupArn=unused)["TargetHealthDescriptions"]
    assert (found["TargetHealth"]["State"], found["TargetHealth"]["Reason"]) == ("unused", "Target.NotInUse")


def test_a_group_in_the_listener_with_weight_0_is_checked(site, unused):
    (instance,) = site.in_service(site.asg(1, TargetGroupARNs=[unused]))
    listen(site, {site.target_group: 100, unused: 0})
    assert site.targets(unused) == {instance: "initial"}
    site.checked(instance, arn=unused)
    assert site.targets(unused) == {instance: "healthy"}
    listen(site, {site.target_group: 1})
    assert site.targets(unused) == {instance: "unused"}


def listen(site, weights):
    site.elb.modify_listener(ListenerArn=site.listener, DefaultActions=[site.forward(weights)])


def test_an_instance_that_is_not_running_cannot_be_registered(site):
    name = site.asg(2)
    well, stopped = site.in_service(name)
    site.asgs.suspend_processes(AutoScalingGroupName=name)
    site.ec2.stop_instances(InstanceIds=[stopped])
    out(site, well)
    message = refused("InvalidTarget", site.elb.register_targets, TargetGroupArn=site.target_group,
                      Targets=[{"Id": well}, {"Id": stopped}])
    assert stopped in message
    assert well not in message
    assert site.targets()[well] == "draining"


def test_an_instance_that_does_not_exist_cannot_be_registered(site):
    refused("InvalidTarget", site.elb.register_targets, TargetGroupArn=site.target_group,
            Targets=[{"Id": "i-0123456789abcdef0"}])


def test_the_target_of_an_instance_that_was_terminated_drains_and_leaves(site):
    name = site.asg(1)
    (instance,) = site.in_service(name)
    site.ec2.terminate_instances(InstanceIds=[instance])
    assert site.state(instance) == "shutting-down"
    assert site.targets()[instance] == "draining"
    eventually(lambda: instance not in site.targets())


def test_a_target_group_that_is_attached_takes_the_instances_in_service(site, unused):
    name = site.asg(1)
    site.asgs.attach_load_balancer_target_groups(AutoScalingGroupName=name, TargetGroupARNs=[unused])
    assert list(site.targets(unused)) == site.in_service(name)
    site.asgs.detach_load_balancer_target_groups(AutoScalingGroupName=name, TargetGroupARNs=[unused])
    assert site.targets(unused) == {}
    assert site.in_service(name)


@pytest.mark.parametrize("weight", [1000, -5])
def test_a_weight_out_of_range_is_a_validation_error_and_changes_nothing(site, unused, weight):
    refused("ValidationError", listen, site=site, weights={site.target_group: 1, unused: weight})
    assert weights(site) == {site.target_group: 1}


def weights(site):
    (listener,) = site.elb.describe_listeners(ListenerArns=[site.listener])["Listeners"]
    groups = listener["DefaultActions"][0]["ForwardConfig"]["TargetGroups"]
    return {group["TargetGroupArn"]: group["Weight"] for group in groups}


def test_an_unknown_target_group_is_not_found_and_changes_nothing(site):
    refused("TargetGroupNotFound", listen, site=site, weights={site.target_group: 1, site.target_group + "0": 1})
    assert weights(site) == {site.target_group: 1}


def test_a_rule_with_a_weight_out_of_range_is_a_validation_error(site, unused):
    condition = {"Field": "path-pattern", "Values": ["/play/*"]}
    refused("ValidationError", site.elb.create_rule, ListenerArn=site.listener, Priority=1, Conditions=[condition],
            Actions=[site.forward({unused: 1000})])


def test_a_target_group_in_use_cannot_be_deleted(site):
    refused("ResourceInUse", site.elb.delete_target_group, TargetGroupArn=site.target_group)


def test_a_forward_to_one_group_is_described_in_both_its_forms(site, unused):
    listen(site, {site.target_group: 1})
    (listener,) = site.elb.describe_listeners(ListenerArns=[site.listener])["Listeners"]
    action = listener["DefaultActions"][0]
    assert action["TargetGroupArn"] == action["ForwardConfig"]["TargetGroups"][0]["TargetGroupArn"] == site.target_group


def test_health_check_type_elb_replaces_what_its_target_group_calls_unhealthy(site):
    name = site.asg(1, HealthCheckType="ELB", HealthCheckGracePeriod=0)
    (instance,) = site.in_service(name)
    site.checked(instance, state="unhealthy")
    eventually(lambda: site.in_service(name) and instance not in site.members(name))


def test_an_unhealthy_target_is_left_alone_within_its_grace(site):
    name = site.asg(1, HealthCheckType="ELB", HealthCheckGracePeriod=3000)
    (instance,) = site.in_service(name)
    site.checked(instance, state="unhealthy")
    site.cloud.looks()
    assert site.in_service(name) == [instance]
    assert site.group(name)["Instances"][0]["HealthStatus"] == "Healthy"
