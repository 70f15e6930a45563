"""A commit becomes an AMI in every region, through EC2's own calls, on the local cloud's control process."""

from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from uuid import uuid4

import pytest
import yaml
from botocore.exceptions import ClientError

from include.adapters.aws import Aws
from include.adapters.images.ec2 import Ec2Images
from include.adapters.images.ec2_base import base_ami
from include.adapters.images.ec2_builder import user_data
from include.domain.errors import BadInput, Final, GaveUp
from include.domain.looks import Look, Wait
from include.domain.service import Service
from include.local_cloud import service_repository
from tests.adapters.cloud import Session, eventually

REGIONS = ("us-east-1", "us-west-2")


@pytest.fixture(scope="session")
def repository(tmp_path_factory):
    path = tmp_path_factory.mktemp("service") / "api"
    service_repository.create(path)
    return path


@pytest.fixture
def sessions(endpoint) -> dict[str, Session]:
    return {region: Session(endpoint, region) for region in REGIONS}


@pytest.fixture
def service(sessions, repository) -> Service:
    base = f"base-{uuid4().hex}"
    sessions["us-east-1"].client("ec2").register_image(Name=base, Architecture="arm64", RootDeviceName="/dev/sda1")
    region = {"region": "us-east-1", "markets": ["us"], "load_balancer": "x", "target_group": "x"}
    return Service.model_validate({
        "service": f"api{uuid4().hex[:8]}", "repository": str(repository), "build": {"base_ami": base},
        "environments": {"prod": {"connection": "aws", "regions": [region]}}, "canary": {"region": "us-east-1"},
        "metrics": {"connection": "m"}, "archive": {"connection": "aws", "bucket": "b", "region": "us-east-1"}})


@pytest.fixture
def images(sessions, service) -> Ec2Images:
    return Ec2Images(sessions, service, service.build, "us-east-1")


@pytest.fixture
def commit(repository) -> str:
    return service_repository.commit(repository, "good")


def look(since: datetime | None = None, now: datetime | None = None) -> Look:
    now = now or datetime.now(UTC)
    return Look(now, since or now)


def built(images: Ec2Images, commit: str, since: datetime | None = None):
    """The image, and what was waited for on the way to it."""
    since, waits = since or datetime.now(UTC), []

    def step():
        answer = images.build(commit, "prod", look(since))
        if not isinstance(answer, Wait):
            return answer
        if waits[-1:] != [answer.reason]:
            waits.append(answer.reason)
        return None
    return eventually(step, "the AMI is built"), waits


def builders(sessions, service) -> list[dict]:
    found = sessions["us-east-1"].client("ec2").describe_instances(
        Filters=[{"Name": "tag:serin:service", "Values": [service.service]}])["Reservations"]
    return [instance for reservation in found for instance in reservation["Instances"]]


def alive(sessions, service) -> list[str]:
    return [i["InstanceId"] for i in builders(sessions, service)
            if i["State"]["Name"] not in ("terminated", "shutting-down")]


def test_a_commit_becomes_an_ami_in_every_region_tagged_and_leaves_no_builder(images, sessions, service, commit):
    assert images.find(commit) is None
    image, waits = built(images, commit)
    name = f"{service.service}-{commit[:12]}"
    assert (image.name, image.commit, image.branch) == (name, commit, "prod")
    assert set(image.ids) == set(REGIONS)
    assert images.find(commit) == images.named(name) == images.named(image.ids["us-west-2"]) == image
    for region, ami in image.ids.items():
        ec2 = sessions[region].client("ec2")
        described, = ec2.describe_images(ImageIds=[ami])["Images"]
        disks = [m["Ebs"]["SnapshotId"] for m in described["BlockDeviceMappings"] if "SnapshotId" in m.get("Ebs", {})]
        for thing in [ami, *disks]:
            found = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [thing]}])["Tags"]
            tags = {tag["Key"]: tag["Value"] for tag in found}
            wanted = {"serin:commit": commit, "serin:branch": "prod", "serin:service": service.service}
            assert wanted.items() <= tags.items(), thing
    assert alive(sessions, service) == []
    said = " / ".join(waits)
    for part in ("is starting", "is being made", "is being copied to us-west-2"):
        assert part in said


def test_a_second_build_of_a_commit_makes_nothing_new(images, sessions, service, commit):
    first, _ = built(images, commit)
    assert images.build(commit, "prod", look()) == first
    assert len(builders(sessions, service)) == 1


def test_a_process_that_knows_nothing_goes_on_where_the_last_one_died(sessions, service, commit):
    since = datetime.now(UTC)

    def step():
        fresh = Ec2Images({region: Session(s.endpoint, region) for region, s in sessions.items()}, service,
                          service.build, "us-east-1")
        answer = fresh.build(commit, "prod", look(since))
        return None if isinstance(answer, Wait) else answer
    image = eventually(step, "the AMI is built")
    assert set(image.ids) == set(REGIONS)
    assert len(builders(sessions, service)) == 1


def test_a_wait_says_when_it_gives_up_by_the_declared_limit(images, service, commit):
    wait = images.build(commit, "prod", look())
    assert timedelta(minutes=44) < wait.gives_up - datetime.now(UTC) <= timedelta(minutes=45)
    assert wait.next_look <= wait.gives_up


def test_a_builder_that_never_powers_off_is_removed_and_its_console_is_shown(images, sessions, service):
    commit = "f" * 40
    since = datetime.now(UTC)
    images.build(commit, "prod", look(since))
    eventually(lambda: "serin-install: failed" in console(sessions, service), "the install failed")
    assert "installs ffffffffffff (running for " in images.build(commit, "prod", look(since)).reason
    with pytest.raises(Final, match=r"still running after 0:45:00[^\n]*\n(.*\n)*serin-install: failed: "):
        images.build(commit, "prod", look(since, datetime.now(UTC) + timedelta(minutes=46)))
    assert alive(sessions, service) == []


def console(sessions, service) -> str:
    instance = builders(sessions, service)[0]["InstanceId"]
    return sessions["us-east-1"].client("ec2").get_console_output(InstanceId=instance).get("Output", "")


def test_a_builder_that_somebody_terminated_fails_the_build_and_the_next_try_gets_a_new_one(
        images, sessions, service, commit):
    since = datetime.now(UTC)
    images.build(commit, "prod", look(since))
    first, = alive(sessions, service)
    sessions["us-east-1"].client("ec2").terminate_instances(InstanceIds=[first])
    with pytest.raises(Final, match=f"builder {first} is (shutting-down|terminated) and left no image"):
        images.build(commit, "prod", look(since))
    assert isinstance(images.build(commit, "prod", look(since)), Wait)
    assert alive(sessions, service) not in ([], [first])


def test_two_builders_of_one_commit_become_one(images, sessions, service, commit):
    images.build(commit, "prod", look())
    ec2 = sessions["us-east-1"].client("ec2")
    elder, = alive(sessions, service)
    tags = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [elder]}])["Tags"]
    base = base_ami(Aws(sessions["us-east-1"]), service.build.base_ami)
    ec2.run_instances(ImageId=base["ImageId"], MinCount=1, MaxCount=1,
                      TagSpecifications=[{"ResourceType": "instance", "Tags": [
                          {"Key": tag["Key"], "Value": tag["Value"]} for tag in tags]}])
    images.build(commit, "prod", look())
    assert len(alive(sessions, service)) == 1


class FailedImage:
    """EC2 whose image of the commit failed."""

    meta = SimpleNamespace(service_model=SimpleNamespace(service_name="ec2"),
                           events=SimpleNamespace(register=lambda *_, **__: None))

    def __init__(self, name: str) -> None:
        self.deregistered: list[str] = []
        self.name = name

    def client(self, _):
        return self

    def describe_images(self, **_):
        return {"Images": [{"ImageId": "ami-1", "Name": self.name, "State": "failed", "CreationDate": "2026-01-01",
                            "StateReason": {"Message": "Client.InternalError: no space"}}]}

    def deregister_image(self, ImageId):
        self.deregistered.append(ImageId)
        return {}

    def get_paginator(self, operation):
        assert operation == "describe_snapshots"
        return self

    def paginate(self, OwnerIds, Filters):
        assert (OwnerIds, Filters) == (["self"], [{"Name": "tag:serin:build", "Values": [self.name]}])
        return [{"Snapshots": [{"SnapshotId": "snap-1"}]}]

    def delete_snapshot(self, SnapshotId):
        self.deregistered.append(SnapshotId)
        return {}


def test_an_image_that_failed_is_removed_with_its_snapshots_and_awss_reason_is_shown(sessions, service):
    commit = "a" * 40
    west = FailedImage(f"{service.service}-{commit[:12]}")
    images = Ec2Images({"us-east-1": sessions["us-east-1"], "us-west-2": west}, service, service.build, "us-east-1")
    with pytest.raises(Final, match=r"ami-1 in us-west-2 is failed: Client.InternalError: no space"):
        images.build(commit, "prod", look())
    assert west.deregistered == ["ami-1", "snap-1"]


def pending(images, commit, where):
    """Looked until the image is pending there."""
    def step():
        answer = images.build(commit, "prod", look())
        return isinstance(answer, Wait) and where in answer.reason and "is pending" in answer.reason
    eventually(step, f"an image is pending in {where}")


def snapshots(sessions, region, name) -> list[str]:
    found = sessions[region].client("ec2").describe_snapshots(
        OwnerIds=["self"], Filters=[{"Name": "tag:serin:build", "Values": [name]}])["Snapshots"]
    return [snapshot["SnapshotId"] for snapshot in found]


@pytest.mark.parametrize("region", REGIONS)
def test_an_image_that_stays_pending_is_given_up_and_removed_so_that_the_next_try_makes_another(
        images, sessions, service, commit, region, monkeypatch):
    name, described = f"{service.service}-{commit[:12]}", images._amis._described
    with monkeypatch.context() as for_ever:
        for_ever.setattr(images._amis, "_described", lambda at, *asked: [
            ami | ({"State": "pending"} if at == region else {}) for ami in described(at, *asked)])
        pending(images, commit, region)
        assert snapshots(sessions, region, name)
        with pytest.raises(GaveUp, match=r"gave up after 0:45:00: .+ is pending.*; it was removed"):
            images.build(commit, "prod", look(now=datetime.now(UTC) + timedelta(minutes=46)))
    assert alive(sessions, service) == []
    assert snapshots(sessions, region, name) == []
    image, _ = built(images, commit, since=datetime.now(UTC) + timedelta(seconds=1))
    assert set(image.ids) == set(REGIONS)


def test_a_snapshot_that_a_failed_try_left_goes_when_the_ami_is_finished(images, sessions, service, commit):
    ec2, name = sessions["us-west-2"].client("ec2"), f"{service.service}-{commit[:12]}"
    volume = ec2.create_volume(AvailabilityZone="us-west-2a", Size=1)["VolumeId"]
    left = ec2.create_snapshot(VolumeId=volume, TagSpecifications=[
        {"ResourceType": "snapshot", "Tags": [{"Key": "serin:build", "Value": name}]}])["SnapshotId"]
    image, _ = built(images, commit)
    own, = ec2.describe_images(ImageIds=[image.ids["us-west-2"]])["Images"]
    assert left not in snapshots(sessions, "us-west-2", name)
    assert snapshots(sessions, "us-west-2", name) == [own["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"]]


def test_no_disk_outlives_the_builder_whatever_the_base_ami_says(images, sessions, service, commit):
    ec2 = sessions["us-east-1"].client("ec2")
    kept, = ec2.describe_images(Filters=[{"Name": "name", "Values": [service.build.base_ami]}])["Images"]
    assert kept["BlockDeviceMappings"][0]["Ebs"]["DeleteOnTermination"] is False
    built(images, commit)
    name = f"{service.service}-{commit[:12]}"
    assert ec2.describe_volumes(Filters=[{"Name": "tag:serin:build", "Values": [name]}])["Volumes"] == []


def test_a_builder_whose_push_was_stopped_is_removed_by_a_later_build(images, sessions, service, repository):
    forgotten, wanted = (service_repository.commit(repository, "good") for _ in range(2))
    images.build(forgotten, "prod", look())
    elder, = alive(sessions, service)
    images.build(wanted, "prod", look(now=datetime.now(UTC) + timedelta(hours=23)))
    assert elder in alive(sessions, service)
    sessions["us-east-1"].client("ec2").terminate_instances(
        InstanceIds=[i for i in alive(sessions, service) if i != elder])
    images.build(wanted, "prod", look(now=datetime.now(UTC) + timedelta(hours=25)))
    assert elder not in alive(sessions, service)
    assert len(alive(sessions, service)) == 1


def test_an_ami_of_another_commit_with_the_same_first_digits_is_not_taken(images, commit):
    built(images, commit)
    twin = commit[:12] + "0" * 28
    assert images.find(twin) is None
    with pytest.raises(BadInput, match=f"was built from another commit: {commit}"):
        images.build(twin, "prod", look())


@pytest.mark.parametrize("commit", ["", "abc1234", "A" * 40, "../" * 13 + "a", "a" * 41])
def test_only_a_full_hash_is_built(images, commit):
    with pytest.raises(BadInput, match="full hash of 40 hex digits"):
        images.build(commit, "prod", look())


@pytest.mark.parametrize("name", ["ami-0123456789abcdef0", "nobody", "*"])
def test_an_unknown_ami_is_none(images, name):
    assert images.named(name) is None


def test_a_base_ami_is_the_newest_of_its_name_and_never_a_strangers(sessions):
    aws, ec2 = Aws(sessions["us-east-1"]), sessions["us-east-1"].client("ec2")
    stem = uuid4().hex
    ids = [ec2.register_image(Name=f"{stem}-{n}", Architecture="arm64", RootDeviceName="/dev/sda1")["ImageId"]
           for n in range(2)]
    assert base_ami(aws, f"{stem}-0")["ImageId"] == ids[0]
    assert base_ami(aws, f"{stem}-*")["ImageId"] in ids
    assert base_ami(aws, ids[1])["ImageId"] == ids[1]
    with pytest.raises(BadInput, match="there is no AMI ami-0123456789abcdef0"):
        base_ami(aws, "ami-0123456789abcdef0")
    with pytest.raises(BadInput, match=f"there is no available AMI named {stem}-0 owned by amazon"):
        base_ami(aws, f"amazon/{stem}-0")
    with pytest.raises(BadInput, match="owned by self"):
        base_ami(aws, "nobody")


def test_user_data_keeps_hostile_words_inside_their_strings(service):
    hostile = service.model_copy(update={"repository": 'x"\nruncmd: [rm -rf /]\n#'})
    text = user_data(hostile, service.build, "a" * 40)
    config = yaml.safe_load(text)
    assert text.startswith("#cloud-config\n")
    assert set(config) == {"write_files", "runcmd"}
    assert config["runcmd"] == ["set -e", "/usr/local/bin/serin-install", "poweroff"]
    file, = config["write_files"]
    assert yaml.safe_load(file["content"]) == {
        "service": service.service, "repository": 'x"\nruncmd: [rm -rf /]\n#', "commit": "a" * 40}


def test_a_copy_that_never_comes_is_given_up_and_asked_for_anew_by_the_next_push(images, sessions, commit, monkeypatch):
    tokens = []
    monkeypatch.setattr(sessions["us-west-2"].client("ec2"), "copy_image",
                        lambda **arguments: tokens.append(arguments["ClientToken"]))
    since = datetime.now(UTC)
    eventually(lambda: isinstance(images.build(commit, "prod", look(since)), Wait) and tokens, "the copy is asked for")
    late = since + timedelta(hours=2)
    with pytest.raises(GaveUp, match="is being copied to us-west-2"):
        images.build(commit, "prod", look(since, late))
    assert isinstance(images.build(commit, "prod", look(late)), Wait)
    assert len(set(tokens)) == 2
    assert max(map(len, tokens)) <= 64


def test_a_copy_that_is_asked_for_after_a_night_with_nobody_there_is_waited_for(images, sessions, commit, monkeypatch):
    copies = []
    monkeypatch.setattr(sessions["us-west-2"].client("ec2"), "copy_image", lambda **arguments: copies.append(arguments))
    since, night = datetime.now(UTC), timedelta(hours=9)
    eventually(lambda: isinstance(images.build(commit, "prod", look(since)), Wait) and copies, "the copy is asked for")

    wait = images.build(commit, "prod", Look(since + night, since, unseen=night))

    assert "is being copied to us-west-2" in wait.reason
    assert wait.gives_up > since + night


ACCOUNTS = ("210987654321", "345678901234")


def sharing(sessions, service, **build) -> Ec2Images:
    return Ec2Images(sessions, service, service.build.model_copy(update=build), "us-east-1")


def shared(sessions, image) -> dict[str, tuple[set[str], set[str]]]:
    """Region to who may launch the AMI, and who may read its disks."""
    found = {}
    for region, ami in image.ids.items():
        ec2 = sessions[region].client("ec2")
        launch = ec2.describe_image_attribute(ImageId=ami, Attribute="launchPermission")["LaunchPermissions"]
        described, = ec2.describe_images(ImageIds=[ami])["Images"]
        disk = described["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"]
        read = ec2.describe_snapshot_attribute(SnapshotId=disk, Attribute="createVolumePermission")
        found[region] = ({one["UserId"] for one in launch},
                         {one["UserId"] for one in read["CreateVolumePermissions"]})
    return found


def test_an_ami_is_shared_with_its_disks_in_every_region_before_it_is_finished(sessions, service, commit):
    own = sessions["us-east-1"].client("sts").get_caller_identity()["Account"]
    image, _ = built(sharing(sessions, service, share_with=(*ACCOUNTS, own)), commit)
    assert shared(sessions, image) == dict.fromkeys(REGIONS, (set(ACCOUNTS), set(ACCOUNTS)))


def test_an_account_that_is_declared_later_gets_what_was_built_before(images, sessions, service, commit):
    image, _ = built(images, commit)
    images.veto(image.name, "it did harm", "Ada", datetime(2026, 11, 3, tzinfo=UTC))
    later = sharing(sessions, service, share_with=ACCOUNTS)
    assert later.find(commit) is None
    again = later.build(commit, "prod", look())
    assert (again.ids, again.veto) == (image.ids, "it did harm (Ada, 2026-11-03 00:00 UTC)")
    assert shared(sessions, image) == dict.fromkeys(REGIONS, (set(ACCOUNTS), set(ACCOUNTS)))
    assert later.find(commit) == again
    assert sharing(sessions, service, share_with=ACCOUNTS[:1]).find(commit) == again


def test_a_disk_that_nobody_else_may_read_fails_the_build_in_a_sentence_and_finishes_nothing(
        sessions, service, commit, monkeypatch):
    said = {"Error": {"Code": "InvalidParameter",
                      "Message": "Encrypted snapshots with EBS default key cannot be shared"}}

    def refused(**_):
        raise ClientError(said, "ModifySnapshotAttribute")
    monkeypatch.setattr(sessions["us-west-2"].client("ec2"), "modify_snapshot_attribute", refused)
    images = sharing(sessions, service, share_with=ACCOUNTS)
    with pytest.raises(Final, match=r"ami-\w+ in us-west-2 cannot be shared with 210987654321, 345678901234: its disk "
                                    r"snap-\w+ is encrypted with the account's default key"):
        built(images, commit)
    assert images.find(commit) is None


def test_an_ami_is_encrypted_with_the_key_of_its_alias_in_every_region(sessions, service, commit, monkeypatch):
    asked = {}
    for region, operation in (("us-east-1", "run_instances"), ("us-west-2", "copy_image")):
        ec2 = sessions[region].client("ec2")
        monkeypatch.setattr(ec2, operation, partial(_noted, asked, operation, getattr(ec2, operation)))
    built(sharing(sessions, service, kms_key="alias/serin"), commit)
    disk, = asked["run_instances"]["BlockDeviceMappings"]
    assert {"Encrypted": True, "KmsKeyId": "alias/serin"}.items() <= disk["Ebs"].items()
    assert {"Encrypted": True, "KmsKeyId": "alias/serin"}.items() <= asked["copy_image"].items()


def _noted(asked, operation, original, **arguments):
    asked[operation] = arguments
    return original(**arguments)
