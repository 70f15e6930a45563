"""Where the instances of one region can be reached from within."""

from collections.abc import Sequence

from include.adapters.aws import Aws, chunks

FILTER_VALUES = 200         # that one filter of EC2 takes


def private_addresses(aws: Aws, instances: Sequence[str]) -> dict[str, str]:
    """By a filter: an instance that is gone would make AWS refuse the whole list."""
    found = [reservation for some in chunks(sorted(instances), FILTER_VALUES)
             for reservation in aws.pages("ec2", "describe_instances", "Reservations", f"{len(some)} instances",
                                          Filters=[{"Name": "instance-id", "Values": list(some)}])]
    return {instance["InstanceId"]: instance.get("PrivateIpAddress") or "" for reservation in found
            for instance in reservation["Instances"]}
