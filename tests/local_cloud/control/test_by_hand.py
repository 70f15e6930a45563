"""What a person does to one instance of an ASG, and what every other service of moto keeps doing."""

import pytest

from tests.local_cloud.control.cloud import eventually
from tests.local_cloud.control.test_launching import refused


def test_an_instance_that_is_attached_is_in_service_and_gets_traffic(site):
    name = site.asg(1)
    (instance,) = site.ec2.run_instances(ImageId=site.ami, MinCount=1, MaxCount=1,
                                         SubnetId=site.subnets[0])["Instances"]
    alone = instance["InstanceId"]
    eventually(lambda: site.state(alone) == "running")
    site.asgs.attach_instances(AutoScalingGroupName=name, InstanceIds=[alone])
    site.cloud.looks()
    assert site.group(name)["DesiredCapacity"] == 2
    assert alone in site.in_service(name)
    assert alone in site.targets()


def test_an_instance_that_is_detached_runs_on_without_traffic(site):
    name = site.asg(2)
    detached, stays = site.in_service(name)
    site.asgs.detach_instances(AutoScalingGroupName=name, InstanceIds=[detached], ShouldDecrementDesiredCapacity=True)
    site.cloud.looks()
    assert site.in_service(name) == [stays]
    assert site.state(detached) == "running"
    eventually(lambda: detached not in site.targets())


def test_an_instance_on_standby_gets_no_traffic_until_it_returns(site):
    name = site.asg(1)
    (instance,) = site.in_service(name)
    site.asgs.enter_standby(AutoScalingGroupName=name, InstanceIds=[instance], ShouldDecrementDesiredCapacity=True)
    assert site.members(name) == {instance: "Standby"}
    assert site.targets()[instance] == "draining"
    site.cloud.looks()
    assert site.members(name) == {instance: "Standby"}
    site.asgs.exit_standby(AutoScalingGroupName=name, InstanceIds=[instance])
    assert site.members(name) == {instance: "InService"}
    assert site.targets()[instance] == "initial"
    assert site.group(name)["DesiredCapacity"] == 1


def test_an_instance_that_is_terminated_by_hand_is_replaced_unless_the_size_shrinks_with_it(site):
    name = site.asg(2)
    first, second = site.in_service(name)
    site.asgs.terminate_instance_in_auto_scaling_group(InstanceId=first, ShouldDecrementDesiredCapacity=False)
    eventually(lambda: len(site.in_service(name)) == 2)
    site.asgs.terminate_instance_in_auto_scaling_group(InstanceId=second, ShouldDecrementDesiredCapacity=True)
    eventually(lambda: len(site.members(name)) == 1)
    assert not {first, second} & set(site.members(name))


def test_an_instance_that_ec2_stopped_is_replaced(site):
    name = site.asg(1)
    (instance,) = site.in_service(name)
    site.ec2.stop_instances(InstanceIds=[instance])
    eventually(lambda: site.in_service(name) and instance not in site.members(name))


def test_an_instance_marked_within_its_grace_is_kept_unless_grace_is_waived(site):
    name = site.asg(1, HealthCheckGracePeriod=3000)
    (instance,) = site.in_service(name)
    site.asgs.set_instance_health(InstanceId=instance, HealthStatus="Unhealthy")
    site.cloud.looks()
    assert site.in_service(name) == [instance]
    site.asgs.set_instance_health(InstanceId=instance, HealthStatus="Unhealthy", ShouldRespectGracePeriod=False)
    eventually(lambda: instance not in site.members(name))


def test_an_instance_protected_from_scale_in_stays(site):
    name = site.asg(2)
    keep = site.in_service(name)[0]
    site.asgs.set_instance_protection(AutoScalingGroupName=name, InstanceIds=[keep], ProtectedFromScaleIn=True)
    site.resize(name, 1)
    eventually(lambda: site.in_service(name) == [keep])


@pytest.mark.parametrize(("key", "value"), [("serin:sizes", "4,8,4"), ("serin:note", "a" * 257)], ids=["comma", "long"])
def test_a_tag_that_auto_scaling_refuses_is_a_validation_error(site, key, value):
    name = site.asg(0)
    tag = {"ResourceId": name, "ResourceType": "auto-scaling-group", "Key": key, "PropagateAtLaunch": False}
    refused("ValidationError", site.asgs.create_or_update_tags, Tags=[tag | {"Value": value}])
    site.asgs.create_or_update_tags(Tags=[tag | {"Value": "4/8/4 + a=b@c.d:e_f"}])
    assert [(t["Key"], t["Value"]) for t in site.group(name)["Tags"]] == [(key, "4/8/4 + a=b@c.d:e_f")]


def test_s3_keeps_its_conditional_writes_and_its_lengths(cloud):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="archive")
    etag = s3.put_object(Bucket="archive", Key="a/b.json", Body=b"first", IfNoneMatch="*")["ETag"]
    refused("PreconditionFailed", s3.put_object, Bucket="archive", Key="a/b.json", Body=b"second", IfNoneMatch="*")
    s3.put_object(Bucket="archive", Key="a/b.json", Body=b"second", IfMatch=etag)
    refused("PreconditionFailed", s3.put_object, Bucket="archive", Key="a/b.json", Body=b"third", IfMatch=etag)
    assert s3.head_object(Bucket="archive", Key="a/b.json")["ContentLength"] == 6
    assert s3.get_object(Bucket="archive", Key="a/b.json")["Body"].read() == b"second"


def test_a_region_that_does_not_exist_is_an_error_and_not_a_page_of_html(cloud):
    refused("InternalFailure", cloud.client("ec2", "mars-north-1").describe_instances)
