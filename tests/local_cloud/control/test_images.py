"""From a commit to an AMI: builder instance → disk → image → copy, each in its own time."""

import json

import pytest
import yaml

from include.local_cloud import service_repository
from tests.local_cloud.control.cloud import eventually
from tests.local_cloud.control.test_launching import refused


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    path = tmp_path_factory.mktemp("service") / "api"
    service_repository.create(path)
    return path


@pytest.fixture(scope="module")
def commit(repository):
    return service_repository.commit(repository, "slow_tail")


def user_data(repository, commit, runcmd=("set -e", "/usr/local/bin/serin-install", "poweroff")):
    wanted = json.dumps({"service": "api", "repository": str(repository), "commit": commit})
    return "#cloud-config\n" + yaml.safe_dump({"write_files": [{"path": "/etc/serin/build.json", "content": wanted}],
                                               "runcmd": list(runcmd)})


def build(site, repository, commit, **settings):
    answer = site.ec2.run_instances(ImageId=site.ami, MinCount=1, MaxCount=1, SubnetId=site.subnets[0],
                                    InstanceType="c7g.large", InstanceInitiatedShutdownBehavior="stop",
                                    UserData=user_data(repository, commit), **settings)
    return answer["Instances"][0]["InstanceId"]


def image(client, ami):
    return client.describe_images(ImageIds=[ami])["Images"][0]


def console(site, instance):
    return site.ec2.get_console_output(InstanceId=instance).get("Output", "")


def available(client, ami):
    eventually(lambda: image(client, ami)["State"] == "available")


def test_a_builder_installs_its_commit_and_powers_itself_off(site, repository, commit):
    instance = build(site, repository, commit)
    assert site.state(instance) == "pending"
    eventually(lambda: site.state(instance) == "stopped")
    assert site.cloud.instance(instance)["commit"] == commit
    assert commit in console(site, instance)


def test_an_image_carries_its_builders_disk_to_other_regions_and_to_instances(site, repository, commit):
    instance = build(site, repository, commit)
    eventually(lambda: site.state(instance) == "stopped")
    name, there = site.name("api"), site.cloud.client("ec2", "us-west-2")
    ami = site.ec2.create_image(InstanceId=instance, Name=name)["ImageId"]
    assert image(site.ec2, ami)["State"] == "pending"
    refused("InvalidAMIID.Unavailable", site.ec2.run_instances, ImageId=ami, MinCount=1, MaxCount=1)
    refused("InvalidAMIID.Unavailable", there.copy_image, SourceImageId=ami, SourceRegion="us-east-1", Name=name)
    available(site.ec2, ami)
    copied = there.copy_image(SourceImageId=ami, SourceRegion="us-east-1", Name=name)["ImageId"]
    assert image(there, copied)["State"] == "pending"
    available(there, copied)
    launched = there.run_instances(ImageId=copied, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    seen = site.cloud.instance(launched)
    assert (seen["commit"], seen["ami"]) == (commit, copied)
    assert seen["behaviour"] == service_repository.behaviour_at(repository, commit).model_dump()


def test_a_commit_that_cannot_be_installed_leaves_the_builder_running_and_its_console_says_why(site, repository):
    instance = build(site, repository, "f" * 40)
    assert "failed" in eventually(lambda: console(site, instance).partition("\n")[2])
    site.cloud.looks()
    assert site.state(instance) == "running"


def test_a_launch_that_is_repeated_with_its_token_is_not_done_again(site, repository, commit):
    first = build(site, repository, commit, ClientToken="once")
    assert build(site, repository, commit, ClientToken="once") == first
    refused("IdempotentParameterMismatch", site.ec2.run_instances, ImageId=site.ami, MinCount=2, MaxCount=2,
            ClientToken="once")


def test_an_image_name_is_used_once_in_a_region(site):
    name = site.name("ami")
    site.ec2.register_image(Name=name)
    refused("InvalidAMIName.Duplicate", site.ec2.register_image, Name=name)
    refused("InvalidAMIName.Duplicate", site.ec2.copy_image, Name=name, SourceImageId=site.ami,
            SourceRegion="us-east-1")


def test_images_keep_the_tags_they_are_made_with(site):
    tags = [{"Key": "serin:commit", "Value": "abc"}]
    told = [{"ResourceType": "image", "Tags": tags}]
    ami = site.ec2.register_image(Name=site.name("ami"), TagSpecifications=told)["ImageId"]
    assert image(site.ec2, ami)["Tags"] == tags
    west = site.cloud.client("ec2", "us-west-2")
    tagged = west.copy_image(SourceImageId=ami, SourceRegion="us-east-1", Name="tagged", TagSpecifications=told)
    copied = west.copy_image(SourceImageId=ami, SourceRegion="us-east-1", Name="copied", CopyImageTags=True)
    assert [image(west, answer["ImageId"])["Tags"] for answer in (tagged, copied)] == [tags, tags]


def test_an_image_is_built_for_the_machines_that_its_builder_was(site):
    base = site.ec2.register_image(Name=site.name("arm"), Architecture="arm64")["ImageId"]
    builder = site.ec2.run_instances(ImageId=base, MinCount=1, MaxCount=1, SubnetId=site.subnets[0])["Instances"][0]
    eventually(lambda: site.state(builder["InstanceId"]) == "running")
    ami = site.ec2.create_image(InstanceId=builder["InstanceId"], Name=site.name("built"))["ImageId"]
    assert (image(site.ec2, base)["Architecture"], image(site.ec2, ami)["Architecture"]) == ("arm64", "arm64")


def test_an_ami_can_be_told_what_it_carries(site, repository, commit):
    ami = site.ec2.register_image(Name=site.name("ami"))["ImageId"]
    told = {"region": "us-east-1", "ami": ami, "repository": str(repository), "commit": commit}
    assert site.cloud.serin("POST", "disks", told)["commit"] == commit
    launched = site.ec2.run_instances(ImageId=ami, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    assert site.cloud.instance(launched)["commit"] == commit
    status, words = site.cloud.refused("POST", "disks", told | {"commit": "f" * 40})
    assert status == 400
    assert "f" * 12 in words


def test_an_instance_of_an_ami_that_does_not_exist_is_refused(site):
    refused("InvalidAMIID.NotFound", site.ec2.run_instances, ImageId="ami-0123456789abcdef0", MinCount=1, MaxCount=1)


def test_a_snapshot_has_the_tags_that_it_is_made_with(site, repository, commit):
    def told(value):
        return [{"ResourceType": kind, "Tags": [{"Key": "for", "Value": f"{kind} {value}"}]}
                for kind in ("image", "snapshot")]

    def tags(client, ami):
        found = image(client, ami)
        snapshot = client.describe_snapshots(SnapshotIds=[found["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"]])
        return found["Tags"][0]["Value"], snapshot["Snapshots"][0]["Tags"][0]["Value"]

    instance, west = build(site, repository, commit), site.cloud.client("ec2", "us-west-2")
    eventually(lambda: site.state(instance) == "stopped")
    made = site.ec2.create_image(InstanceId=instance, Name=site.name("api"), TagSpecifications=told("made"))["ImageId"]
    available(site.ec2, made)
    copied = west.copy_image(SourceImageId=made, SourceRegion="us-east-1", Name=site.name("api"),
                             TagSpecifications=told("copied"))["ImageId"]
    assert tags(site.ec2, made) == ("image made", "snapshot made")
    assert tags(west, copied) == ("image copied", "snapshot copied")
