"""What AWS asks IAM of each call that Serin's adapters make: by the Service Authorization Reference, and for what goes
beyond a call's own action by

- "Amazon EC2 Auto Scaling API permissions" and "Control Amazon EC2 launch template usage in Auto Scaling groups": who
  makes an ASG, or gives it another version, must be allowed to launch from it, to tag so, and to pass its roles;
- "Grant permission to tag Amazon EC2 resources during creation": `ec2:CreateTags` with `ec2:CreateAction`;
- "Actions, resources, and condition keys for Elastic Load Balancing V2": `AddTags` with `CreateAction`;
- "GetObject" of the S3 API: 404 for a missing object is for who has `s3:ListBucket`, for others it is 403;
- "Required AWS KMS key policy for use with encrypted volumes".

A launch template may say tags, and so `ec2:CreateTags` is asked for every time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

from tests.iam.authority import Asked

Params = Mapping[str, Any]
KMS = ("CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo")
ELB = "elasticloadbalancing"
KINDS = {"i": "instance", "ami": "image", "snap": "snapshot", "vol": "volume"}


class Place(Protocol):
    """Where the call is made, and what AWS knows of the things that it names."""

    region: str
    account: str

    def tags(self, service: str, thing: str) -> Mapping[str, str]: ...

    def asg_of(self, instance: str) -> str: ...

    def owner_of(self, ami: str) -> str: ...

    def roles_of(self, template: str, version: str) -> list[str]:
        """ARNs of the roles that a launch template version gives its instances."""


def asked(service: str, operation: str, params: Params, place: Place) -> list[Asked]:
    """All that must be allowed; KeyError where no table says what a call asks for."""
    if operation.startswith("Describe") and (service, operation) not in TABLE:
        return [Asked(f"{NAMES.get(service, service)}:{operation}", "*", _here(place))]
    try:
        asks = TABLE[service, operation]
    except KeyError:
        raise KeyError(f"tests/iam/asking.py does not say what {service} {operation} asks of IAM") from None
    return list(asks(operation, params, place))


def _here(place: Place, **more: Any) -> dict[str, Any]:
    return {"aws:RequestedRegion": place.region, **more}


def _tags_asked(pairs: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    given = list(pairs)
    return {f"aws:RequestTag/{tag['Key']}": tag["Value"] for tag in given if tag.get("Value") is not None} | (
        {"aws:TagKeys": tuple(tag["Key"] for tag in given)} if given else {})


def _tags_there(place: Place, service: str, thing: str) -> dict[str, Any]:
    return {f"aws:ResourceTag/{key}": value for key, value in place.tags(service, thing).items()}


def _arn(place: Place, service: str, resource: str, account: str | None = None) -> str:
    return f"arn:aws:{service}:{place.region}:{place.account if account is None else account}:{resource}"


# --- autoscaling

def _asg_arn(place: Place, name: str) -> str:
    return _arn(place, "autoscaling", f"autoScalingGroup:0a1b:autoScalingGroupName/{name}")


def _on_asg(operation: str, params: Params, place: Place, name: str = "", **more: Any) -> Iterator[Asked]:
    name = name or params["AutoScalingGroupName"]
    yield Asked(f"autoscaling:{operation}", _asg_arn(place, name),
                _here(place, **_tags_there(place, "autoscaling", name), **more))


def _create_asg(operation: str, params: Params, place: Place) -> Iterator[Asked]:
    version = _spec(params).get("Version", "$Default")
    yield Asked(f"autoscaling:{operation}", _asg_arn(place, params["AutoScalingGroupName"]), _here(
        place, **_tags_asked(params.get("Tags", ())), **{
            "autoscaling:LaunchTemplateVersionSpecified": str(not version.startswith("$")).lower(),
            "autoscaling:TargetGroupARNs": tuple(params.get("TargetGroupARNs", ()))}))
    yield from _launches(params, place)
    for hook in params.get("LifecycleHookSpecificationList", ()):
        if hook.get("RoleARN"):
            yield Asked("iam:PassRole", hook["RoleARN"], {"iam:PassedToService": "autoscaling.amazonaws.com"})


def _update_asg(operation: str, params: Params, place: Place) -> Iterator[Asked]:
    yield from _on_asg(operation, params, place)
    yield from _launches(params, place)


def _spec(params: Params) -> Params:
    mixed = params.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {})
    return params.get("LaunchTemplate") or mixed.get("LaunchTemplateSpecification", {})


def _launches(params: Params, place: Place) -> Iterator[Asked]:
    """AWS tries the launch for whoever makes the ASG, and does not make it."""
    if not (spec := _spec(params)):
        return
    template = _arn(place, "ec2", f"launch-template/{spec['LaunchTemplateId']}")
    by = _here(place, **{"ec2:LaunchTemplate": template})
    yield Asked("ec2:RunInstances", template, by | _tags_there(place, "ec2", spec["LaunchTemplateId"]))
    for kind in ("instance", "network-interface", "security-group", "subnet", "volume"):
        yield Asked("ec2:RunInstances", _arn(place, "ec2", f"{kind}/x-1"), by)
    yield Asked("ec2:RunInstances", _arn(place, "ec2", "image/ami-1", ""), by)
    yield Asked("ec2:CreateTags", _arn(place, "ec2", "instance/i-1"), _here(place, **{
        "ec2:CreateAction": "RunInstances"}))
    for role in place.roles_of(spec["LaunchTemplateId"], spec["Version"]):
        yield Asked("iam:PassRole", role, {"iam:PassedToService": "ec2.amazonaws.com"})


def _tag_asgs(operation: str, params: Params, place: Place) -> Iterator[Asked]:
    for name in sorted({tag["ResourceId"] for tag in params["Tags"]}):
        yield from _on_asg(operation, params, place, name, **_tags_asked(
            tag for tag in params["Tags"] if tag["ResourceId"] == name))


def _of_an_instance(operation: str, params: Params, place: Place) -> Iterator[Asked]:
    return _on_asg(operation, params, place, place.asg_of(params["InstanceId"]))


# --- load balancers

def _create_target_group(operation: str, params: Params, place: Place) -> Iterator[Asked]:
    arn, tags = _arn(place, ELB, f"targetgroup/{params['Name']}/0a1b"), _tags_asked(params.get("Tags", ()))
    yield Asked(f"{ELB}:{operation}", arn, _here(place, **tags))
    if tags:
        yield Asked(f"{ELB}:AddTags", arn, _here(place, **tags, **{f"{ELB}:CreateAction": operation}))


def _by_arn(key: str) -> Callable[[str, Params, Place], Iterator[Asked]]:
    def asks(operation: str, params: Params, place: Place) -> Iterator[Asked]:
        yield Asked(f"{ELB}:{operation}", params[key], _here(place, **_tags_there(place, "elbv2", params[key])))
    return asks


# --- ec2

def _thing(place: Place, thing: str) -> str:
    kind = KINDS[thing.split("-")[0]]
    return _arn(place, "ec2", f"{kind}/{thing}", "" if kind in ("image", "snapshot") else None)


def _things(operation: str, things: Iterable[str], place: Place, **more: Any) -> Iterator[Asked]:
    for thing in things:
        yield Asked(f"ec2:{operation}", _thing(place, thing), _here(place, **_tags_there(place, "ec2", thing), **more))


def _template_version(operation: str, params: Params, place: Place) -> Iterator[Asked]:
    template = params["LaunchTemplateId"]
    yield Asked(f"ec2:{operation}", _arn(place, "ec2", f"launch-template/{template}"),
                _here(place, **_tags_there(place, "ec2", template)))


def _tag_things(operation: str, params: Params, place: Place) -> Iterator[Asked]:
    return _things(operation, params["Resources"], place, **_tags_asked(params["Tags"]))


def _given(params: Params) -> dict[str, list[Mapping[str, str]]]:
    """Kind of resource to the tags that it is to be made with."""
    return {one["ResourceType"]: one["Tags"] for one in params.get("TagSpecifications", ())}


def _made(operation: str, params: Params, place: Place, kinds: Iterable[str]) -> Iterator[Asked]:
    """What comes to be, with its tags."""
    names = {"image": "ami-1", "snapshot": "snap-1", "instance": "i-1", "volume": "vol-1"}
    for kind in kinds:
        tags = _tags_asked(_given(params).get(kind, ()))
        if tags:
            yield Asked("ec2:CreateTags", _thing(place, names[kind]),
                        _here(place, **tags, **{"ec2:CreateAction": operation}))
        if operation != "RunInstances":
            yield Asked(f"ec2:{operation}", _thing(place, names[kind]), _here(place, **tags))


def _run_instances(operation: str, params: Params, place: Place) -> Iterator[Asked]:
    def run(resource: str, account: str | None = None, **more: Any) -> Asked:
        return Asked("ec2:RunInstances", _arn(place, "ec2", resource, account), _here(place, **more))

    given = {kind: _tags_asked(tags) for kind, tags in _given(params).items()}
    yield run("instance/i-1", **given.get("instance", {}), **{
        "ec2:InstanceType": params["InstanceType"],
        "ec2:MetadataHttpTokens": params.get("MetadataOptions", {}).get("HttpTokens", "optional")})
    yield run("volume/vol-1", **given.get("volume", {}))
    yield run(f"image/{params['ImageId']}", "", **{"ec2:Owner": place.owner_of(params["ImageId"])})
    subnet = params.get("SubnetId", "subnet-1")
    yield run(f"subnet/{subnet}", **_tags_there(place, "ec2", subnet))
    yield run("network-interface/eni-1")
    yield run("security-group/sg-1")
    yield from _made(operation, params, place, ("instance", "volume"))
    keys = {disk["Ebs"]["KmsKeyId"] for disk in params.get("BlockDeviceMappings", ()) if "KmsKeyId" in disk["Ebs"]}
    yield from _encrypts(keys, place)


def _create_image(operation: str, params: Params, place: Place) -> Iterator[Asked]:
    yield from _things(operation, [params["InstanceId"]], place)
    yield from _made(operation, params, place, ("image", "snapshot"))


def _copy_image(operation: str, params: Params, place: Place) -> Iterator[Asked]:
    yield from _made(operation, params, place, ("image", "snapshot"))
    yield from _encrypts({params["KmsKeyId"]} if params.get("KmsKeyId") else set(), place)


def _encrypts(keys: Iterable[str], place: Place) -> Iterator[Asked]:
    for key in keys:
        for action in KMS:
            yield Asked(f"kms:{action}", _arn(place, "kms", "key/0a1b"), {
                "kms:ResourceAliases": (key,), "kms:ViaService": f"ec2.{place.region}.amazonaws.com",
                "kms:GrantIsForAWSResource": "true"})


def _of(key: str) -> Callable[[str, Params, Place], Iterator[Asked]]:
    def asks(operation: str, params: Params, place: Place) -> Iterator[Asked]:
        named = params[key]
        return _things(operation, [named] if isinstance(named, str) else named, place)
    return asks


def _share_disk(operation: str, params: Params, place: Place) -> Iterator[Asked]:
    return _things(operation, [params["SnapshotId"]], place, **{"ec2:Add/userId": tuple(params["UserIds"])})


# --- s3, cloudwatch, codebuild

def _get(operation: str, params: Params, place: Place) -> Iterator[Asked]:
    yield Asked("s3:GetObject", f"arn:aws:s3:::{params['Bucket']}/{params['Key']}")
    yield Asked("s3:ListBucket", f"arn:aws:s3:::{params['Bucket']}")


def _put(operation: str, params: Params, place: Place) -> Iterator[Asked]:
    headers = {"s3:if-none-match": params.get("IfNoneMatch"), "s3:if-match": params.get("IfMatch")}
    yield Asked("s3:PutObject", f"arn:aws:s3:::{params['Bucket']}/{params['Key']}",
                {name: value for name, value in headers.items() if value})


def _list(operation: str, params: Params, place: Place) -> Iterator[Asked]:
    yield Asked("s3:ListBucket", f"arn:aws:s3:::{params['Bucket']}")


def _alarms(names: Callable[[Params], Iterable[str]]) -> Callable[[str, Params, Place], Iterator[Asked]]:
    def asks(operation: str, params: Params, place: Place) -> Iterator[Asked]:
        for name in names(params):
            yield Asked(f"cloudwatch:{operation}", _arn(place, "cloudwatch", f"alarm:{name}"), _here(place))
    return asks


def _anything(operation: str, params: Params, place: Place) -> Iterator[Asked]:
    yield Asked(f"cloudwatch:{operation}", "*", _here(place))


def _projects(names: Callable[[Params], Iterable[str]]) -> Callable[[str, Params, Place], Iterator[Asked]]:
    def asks(operation: str, params: Params, place: Place) -> Iterator[Asked]:
        for name in names(params):
            yield Asked(f"codebuild:{operation}", _arn(place, "codebuild", f"project/{name}"), _here(place))
    return asks


NAMES = {"elbv2": ELB}
ASG_CALLS = ("BatchPutScheduledUpdateGroupAction", "DeleteAutoScalingGroup", "DeletePolicy", "EnableMetricsCollection",
             "PutNotificationConfiguration", "PutScalingPolicy", "PutWarmPool", "ResumeProcesses", "SuspendProcesses")
GROUP_CALLS = ("DeleteTargetGroup", "DeregisterTargets", "ModifyTargetGroupAttributes", "RegisterTargets")
TABLE: dict[tuple[str, str], Callable[[str, Params, Place], Iterator[Asked]]] = {
    **{("autoscaling", name): _on_asg for name in ASG_CALLS},
    ("autoscaling", "CreateAutoScalingGroup"): _create_asg, ("autoscaling", "UpdateAutoScalingGroup"): _update_asg,
    ("autoscaling", "CreateOrUpdateTags"): _tag_asgs, ("autoscaling", "DeleteTags"): _tag_asgs,
    ("autoscaling", "SetInstanceHealth"): _of_an_instance,
    **{("elbv2", name): _by_arn("TargetGroupArn") for name in GROUP_CALLS},
    ("elbv2", "CreateTargetGroup"): _create_target_group, ("elbv2", "ModifyListener"): _by_arn("ListenerArn"),
    ("elbv2", "ModifyRule"): _by_arn("RuleArn"),
    ("ec2", "CreateLaunchTemplateVersion"): _template_version, ("ec2", "RunInstances"): _run_instances,
    ("ec2", "CreateTags"): _tag_things, ("ec2", "DeleteTags"): _tag_things, ("ec2", "CreateImage"): _create_image,
    ("ec2", "CopyImage"): _copy_image, ("ec2", "TerminateInstances"): _of("InstanceIds"),
    ("ec2", "GetConsoleOutput"): _of("InstanceId"), ("ec2", "DeregisterImage"): _of("ImageId"),
    ("ec2", "ModifyImageAttribute"): _of("ImageId"), ("ec2", "DeleteSnapshot"): _of("SnapshotId"),
    ("ec2", "ModifySnapshotAttribute"): _share_disk,
    ("s3", "GetObject"): _get, ("s3", "PutObject"): _put, ("s3", "ListObjectsV2"): _list,
    ("cloudwatch", "DescribeAlarms"): _alarms(lambda _: ["*"]),
    ("cloudwatch", "PutMetricAlarm"): _alarms(lambda params: [params["AlarmName"]]),
    ("cloudwatch", "DeleteAlarms"): _alarms(lambda params: params["AlarmNames"]),
    ("cloudwatch", "ListMetrics"): _anything, ("cloudwatch", "GetMetricData"): _anything,
    **{("codebuild", name): _projects(lambda params: [params["projectName"]])
       for name in ("ListBuildsForProject", "StartBuild")},
    ("codebuild", "StopBuild"): _projects(lambda params: [params["id"].split(":")[0]]),
    ("codebuild", "BatchGetBuilds"): _projects(lambda params: sorted({one.split(":")[0] for one in params["ids"]})),
    ("codebuild", "BatchGetProjects"): _projects(lambda params: params["names"]),
}
