"""What a builder stands on: the base AMI and the subnet."""

import re
from typing import Any

from include.adapters.aws import Aws
from include.domain.errors import BadInput

ID = re.compile(r"ami-[0-9a-f]{8,17}")
OWNED = re.compile(r"(?P<owner>self|amazon|aws-marketplace|[0-9]{12})/(?P<name>.+)")


def base_ami(aws: Aws, declared: str) -> dict[str, Any]:
    """The AMI declared by id, or the newest available one with a name (`*` and `?` match).

    A name means our own AMIs only, since anybody can publish one with any name; `amazon/al2023-ami-2023*` or
    `123456789012/base` looks among that owner's.
    """
    if ID.fullmatch(declared):
        found = aws.call("ec2", "describe_images", f"base AMI {declared}", none_if=("InvalidAMIID",),
                         ImageIds=[declared])
        if not found or not found["Images"]:
            raise BadInput(f"build.base_ami: there is no AMI {declared}")
        return found["Images"][0]
    owned = OWNED.fullmatch(declared)
    owner, name = (owned["owner"], owned["name"]) if owned else ("self", declared)
    wanted = [{"Name": "name", "Values": [name]}, {"Name": "state", "Values": ["available"]}]
    images = aws.call("ec2", "describe_images", f"base AMI {declared}", Owners=[owner], Filters=wanted)["Images"]
    if not images:
        raise BadInput(f"build.base_ami: there is no available AMI named {name} owned by {owner}")
    return max(images, key=lambda image: image["CreationDate"])


def subnet(aws: Aws, tag: str) -> str | None:
    """The subnet with this tag that has the most free addresses; None leaves the choice to AWS."""
    found: list[dict[str, Any]] = aws.pages(
        "ec2", "describe_subnets", "Subnets", f"subnets with tag {tag}",
        Filters=[{"Name": "tag-key", "Values": [tag]}, {"Name": "state", "Values": ["available"]}])
    if not found:
        return None
    return max(found, key=lambda net: (net["AvailableIpAddressCount"], net["SubnetId"]))["SubnetId"]
