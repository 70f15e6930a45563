"""What new instances are launched with, beside those that run."""

from datetime import UTC, datetime

import pytest

from include.domain.changes.config import KeyChange
from include.domain.changes.launch import MOST_LINES, flat, launch_changes, user_data_diff
from include.domain.changes.libraries import How
from include.domain.hidden import HIDDEN
from include.domain.launch_template import Launches, TemplateVersion, described

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
ASG = "api-prod-v042"


def version(number, description="", by="arn:aws:sts::1:assumed-role/dev/ada", user_data=b"", **data):
    return TemplateVersion(str(number), description, NOON, by, {"ImageId": f"ami-{number}", **data}, user_data)


def pushed(number, **data):
    return version(number, described(ASG, f"ami-{number}", "1"), **data)


def test_a_push_changes_the_ami_and_nothing_else():
    told, = launch_changes(Launches(ASG, "lt-1", pushed(7), made=pushed(7)))
    assert told.sentence == ("nothing but the AMI changes: the new version is made from version 7, which "
                             "api-prod-v042 runs")
    assert not told.differs


def test_what_a_hand_gave_the_asg_since_the_last_push_is_carried_over_and_said():
    _, told = launch_changes(Launches(ASG, "lt-1", version(8, InstanceType="m7g.large"),
                                      made=pushed(7, InstanceType="c7g.large")))
    assert "version 8 was given to api-prod-v042 by hand" in told.sentence
    assert "it is carried over" in told.sentence
    assert told.keys == (KeyChange("InstanceType", How.CHANGED, "c7g.large", "m7g.large"),)


def test_a_newer_version_that_nobody_pushed_is_said_not_to_be_in_the_push():
    _, told = launch_changes(Launches(ASG, "lt-1", pushed(7), pushed(7),
                                      newest=version(9, MetadataOptions={"HttpTokens": "required"})))
    assert told.sentence.startswith("version 9, which ada made on 2026-11-03, is not taken")
    assert told.keys == (KeyChange("MetadataOptions.HttpTokens", How.ADDED, "", "required"),)


def test_a_version_by_hand_with_another_ami_alone_says_so():
    _, told = launch_changes(Launches(ASG, "lt-1", pushed(7), newest=version(9, by="")))
    assert told.sentence.startswith("version 9, which was made on 2026-11-03")
    assert told.sentence.endswith("they do not differ in anything but the AMI")
    assert not told.differs


def test_a_tag_that_looks_like_a_secret_is_hidden():
    tags = {"TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "DbPassword", "Value": "one two"}]}]}
    _, told = launch_changes(Launches(ASG, "lt-1", pushed(7), newest=version(9, **tags)))
    assert told.keys == (KeyChange("TagSpecifications.instance.Tags.DbPassword", How.ADDED, "", HIDDEN),)


def test_keys_are_named_as_people_name_them_and_order_is_no_difference():
    one = {"SecurityGroupIds": ["sg-2", "sg-1"], "EbsOptimized": True, "ImageId": "ami-1", "KernelId": None,
           "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 20}}],
           "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "team", "Value": "api"}]}],
           "NetworkInterfaces": [{"DeviceIndex": 0, "SubnetId": "subnet-1"}], "Placement": {"Tenancy": "default"}}
    assert flat(one) == {
        "SecurityGroupIds": "sg-1, sg-2", "EbsOptimized": "true", "Placement.Tenancy": "default",
        "BlockDeviceMappings./dev/xvda.Ebs.VolumeSize": "20", "TagSpecifications.instance.Tags.team": "api",
        "NetworkInterfaces.0.SubnetId": "subnet-1"}
    assert flat(one) == flat(one | {"SecurityGroupIds": ["sg-1", "sg-2"]})


def test_user_data_is_told_line_by_line_without_its_secrets():
    old = b"#!/bin/bash\nset -e\nexport DB_PASSWORD=one\nexport POOL=4\nstart api\n"
    new = old.replace(b"one", b"two").replace(b"POOL=4", b"POOL=8")
    told = user_data_diff(old, new)
    assert told == ("  #!/bin/bash", "  set -e", f"- {HIDDEN}", "- export POOL=4", f"+ {HIDDEN}", "+ export POOL=8",
                    "  start api")


def test_a_secret_that_alone_changed_is_told_to_have_changed():
    assert user_data_diff(b"TOKEN=a", b"TOKEN=b") == (f"- {HIDDEN}", f"+ {HIDDEN}")


def test_the_same_user_data_has_no_difference():
    assert user_data_diff(b"x", b"x") == ()


def test_user_data_that_is_no_text_is_told_by_its_size_and_hash():
    removed, added = user_data_diff(b"\x1f\x8b\xff", b"\x1f\x8b\xff\xfe")
    assert removed.startswith("- 3 bytes, SHA-256 ")
    assert added.startswith("+ 4 bytes")


def test_endless_user_data_is_cut_and_the_cut_is_said():
    told = user_data_diff(b"", b"\n".join(b"%d" % number for number in range(2_000)))
    assert len(told) == MOST_LINES + 1
    assert told[-1] == "… and 1600 more lines"


@pytest.mark.parametrize(("description", "asg"), [
    (described(ASG, "ami-1", "3"), ASG), ("by hand", ""), ("", ""), (f"{ASG}: better disks", "")])
def test_a_version_that_a_push_made_is_known_by_its_description(description, asg):
    assert version(1, description).made_for == asg
