"""IAM in front of the local cloud, which has none: a call that a role's policies do not allow is refused before it is
sent, as AWS would, and everything that AWS asked is kept."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import boto3
from botocore.exceptions import ClientError

from tests.iam.asking import asked
from tests.iam.authority import Asked, allows

ACCOUNT = "123456789012"
DENIED = {"ec2": "UnauthorizedOperation", "autoscaling": "AccessDenied", "elbv2": "AccessDenied"}


class Known:
    """What the local cloud knows of a thing, asked past IAM."""

    account = ACCOUNT

    def __init__(self, endpoint: str, region: str) -> None:
        self.region = region
        self._clients = {service: boto3.client(service, endpoint_url=endpoint, region_name=region,
                                               aws_access_key_id="iam", aws_secret_access_key="iam")
                         for service in ("ec2", "autoscaling", "elbv2")}

    def tags(self, service: str, thing: str) -> Mapping[str, str]:
        pairs = {"ec2": self._ec2, "autoscaling": self._asg, "elbv2": self._elb}[service](thing)
        return {pair["Key"]: pair.get("Value", "") for pair in pairs}

    def asg_of(self, instance: str) -> str:
        found = self._clients["autoscaling"].describe_auto_scaling_instances(InstanceIds=[instance])
        return next((one["AutoScalingGroupName"] for one in found["AutoScalingInstances"]), "nobody")

    def owner_of(self, ami: str) -> str:
        return self._clients["ec2"].describe_images(ImageIds=[ami])["Images"][0].get("OwnerId", ACCOUNT)

    def roles_of(self, template: str, version: str) -> list[str]:
        found = self._clients["ec2"].describe_launch_template_versions(LaunchTemplateId=template, Versions=[version])
        profiles = [one["LaunchTemplateData"].get("IamInstanceProfile", {}).get("Name")
                    for one in found["LaunchTemplateVersions"]]
        return [f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in profiles if name]

    def _ec2(self, thing: str) -> list[dict[str, str]]:
        return self._clients["ec2"].describe_tags(Filters=[{"Name": "resource-id", "Values": [thing]}])["Tags"]

    def _asg(self, name: str) -> list[dict[str, str]]:
        found = self._clients["autoscaling"].describe_auto_scaling_groups(AutoScalingGroupNames=[name])
        return [pair for group in found["AutoScalingGroups"] for pair in group["Tags"]]

    def _elb(self, arn: str) -> list[dict[str, str]]:
        if ":targetgroup/" not in arn:
            return []
        try:
            return self._clients["elbv2"].describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"]
        except ClientError:
            return []


class Enforced:
    """Clients of one region under these statements. `asked` is everything that was; `denied` what was not allowed."""

    def __init__(self, endpoint: str, region: str, statements: Sequence[Mapping[str, Any]]) -> None:
        self.region, self.statements = region, list(statements)
        self.asked: list[Asked] = []
        self.denied: list[Asked] = []
        self._endpoint, self._known = endpoint, Known(endpoint, region)
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        if service not in self._clients:
            client = boto3.client(service, endpoint_url=self._endpoint, region_name=self.region,
                                  aws_access_key_id="serin", aws_secret_access_key="serin")
            client.meta.events.register("provide-client-params", partial(self._must_be_allowed, service))
            self._clients[service] = client
        return self._clients[service]

    def _must_be_allowed(self, service: str, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        for one in asked(service, model.name, params, self._known):
            self.asked.append(one)
            if not allows(self.statements, one):
                self.denied.append(one)
                raise ClientError({
                    "Error": {"Code": DENIED.get(service, "AccessDenied"), "Message": _said(one)},
                    "ResponseMetadata": {"HTTPStatusCode": 403}}, model.name)


def _said(one: Asked) -> str:
    return (f"User: arn:aws:sts::{ACCOUNT}:assumed-role/serin/task is not authorized to perform: {one.action} on "
            f"resource: {one.resource} because no identity-based policy allows the {one.action} action")
