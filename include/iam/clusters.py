"""What changing and reading the clusters of one connection takes.

ASGs, target groups, listeners and alarms are named, so their ARNs hold their names; launch templates have ids alone, so
the team's tag on them counts. The actions and what each may be narrowed by are those of AWS's Service Authorization
Reference; what AWS checks besides of who creates an ASG is in "Amazon EC2 Auto Scaling API permissions" and "Control
Amazon EC2 launch template usage in Auto Scaling groups" of the EC2 Auto Scaling User Guide.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from include.adapters.aws import chunks
from include.adapters.images.amis import SERVICE
from include.adapters.traffic.elbv2 import LIKE
from include.domain import asg_tags
from include.domain.asg_names import BASELINE, CANARY
from include.iam.statement import Statement
from include.iam.uses import Use

AT_ONCE = 8     # clusters whose ASGs may be in each other's target groups: a policy has little room
PAIR = (CANARY, BASELINE)
# AWS knows no resource for these.
READ = (
    "autoscaling:DescribeAccountLimits", "autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeLifecycleHooks",
    "autoscaling:DescribeNotificationConfigurations", "autoscaling:DescribePolicies",
    "autoscaling:DescribeScalingActivities", "autoscaling:DescribeScheduledActions", "autoscaling:DescribeWarmPool",
    "ec2:DescribeImages", "ec2:DescribeInstances", "ec2:DescribeLaunchTemplateVersions", "ec2:DescribeSubnets",
    "elasticloadbalancing:DescribeAccountLimits", "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeTags", "elasticloadbalancing:DescribeTargetGroupAttributes",
    "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth",
)
SEEN = ("autoscaling:DescribeAutoScalingGroups", "ec2:DescribeLaunchTemplateVersions")
CHANGED = (
    "autoscaling:BatchPutScheduledUpdateGroupAction", "autoscaling:DeletePolicy",
    "autoscaling:EnableMetricsCollection", "autoscaling:PutNotificationConfiguration", "autoscaling:PutScalingPolicy",
    "autoscaling:PutWarmPool", "autoscaling:ResumeProcesses", "autoscaling:SetInstanceHealth",
    "autoscaling:SuspendProcesses", "autoscaling:UpdateAutoScalingGroup",
)
LAUNCHED = ("capacity-reservation", "instance", "key-pair", "network-interface", "placement-group", "security-group",
            "subnet", "volume")
TAGGED = ("instance", "network-interface", "volume")


def reading(use: Use) -> list[Statement]:
    return [Statement("ReadClusters", SEEN, conditions=_here(use))] if use.clusters else []


def pushing(use: Use) -> list[Statement]:
    if not use.clusters:
        return []
    return [Statement("ReadClusters", READ, conditions=_here(use)), *_asgs(use), *_templates(use), *_roles(use),
            *_traffic(use), *_alarms(use)]


def _asgs(use: Use) -> Iterator[Statement]:
    """Made as a push makes them, changed by their names, tagged with our tags alone, and deleted only where some push
    held their lease."""
    ours, here = _asg_arns(use), _here(use)
    for number, some in enumerate(chunks(use.clusters, AT_ONCE)):
        yield _making(f"MakeAsgs{number or ''}", replace(use, clusters=tuple(some)))
    yield Statement("ChangeAsgs", CHANGED, ours, here)
    yield Statement("TagAsgs", ("autoscaling:CreateOrUpdateTags", "autoscaling:DeleteTags"), ours, here | {
        "ForAllValues:StringLike": {"aws:TagKeys": "serin:*"}})
    yield Statement("DeleteAsgs", ("autoscaling:DeleteAutoScalingGroup",), ours, here | {
        "Null": {f"aws:ResourceTag/{asg_tags.LEASE}": "false"}})


def _making(sid: str, use: Use) -> Statement:
    return Statement(sid, ("autoscaling:CreateAutoScalingGroup",), _asg_arns(use), _here(use) | {
        "Bool": {"autoscaling:LaunchTemplateVersionSpecified": "true"},
        "Null": {f"aws:RequestTag/{asg_tags.PUSH}": "false"},
        "ForAllValues:ArnLike": {"autoscaling:TargetGroupARNs": _target_groups(use, *_served(use), *_made(use))}})


def _templates(use: Use) -> Iterator[Statement]:
    """A version of the services' own templates; and whoever makes an ASG must be allowed to launch what it says, from
    these templates and no other way."""
    template = use.arn("ec2", "launch-template/*")
    launched = [use.arn("ec2", f"{kind}/*") for kind in LAUNCHED]
    not_ours = [use.arn("ec2", f"{kind}/*", account="") for kind in ("image", "snapshot")]
    yield Statement("UseLaunchTemplates", ("ec2:CreateLaunchTemplateVersion", "ec2:RunInstances"), [template],
                    {"StringEquals": _here(use)["StringEquals"] | {f"aws:ResourceTag/{SERVICE}": _services(use)}})
    yield Statement("LaunchByTemplates", ("ec2:RunInstances",), [*launched, *not_ours], _here(use) | {
        "ArnLike": {"ec2:LaunchTemplate": template}})
    yield Statement("TagByTemplates", ("ec2:CreateTags",), [use.arn("ec2", f"{kind}/*") for kind in TAGGED], {
        "StringEquals": _here(use)["StringEquals"] | {"ec2:CreateAction": "RunInstances"}})


def _roles(use: Use) -> Iterator[Statement]:
    """What AWS asks of who gives a role away: that of the instances, and that by which hooks tell somebody."""
    allowed = [use_of for cluster in use.clusters
               if (use_of := cluster.service.environments[cluster.environment].may_use)]
    for sid, service, names in (
            ("PassInstanceRoles", "ec2", {name for one in allowed for name in one.instance_roles}),
            ("PassHookRoles", "autoscaling", {name for one in allowed for name in one.hook_roles})):
        if names:
            domain = use.services_domain if service == "ec2" else "amazonaws.com"
            yield Statement(sid, ("iam:PassRole",), [use.arn("iam", f"role/{name}", region="") for name in names],
                            {"StringEquals": {"iam:PassedToService": f"{service}.{domain}"}})


def _traffic(use: Use) -> Iterator[Statement]:
    """The canary's target groups are made and deleted; the service's own only gets and loses targets."""
    listeners = {cluster.here.load_balancer for cluster in use.clusters}
    yield Statement("MoveTargets", (
        "elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"),
        _target_groups(use, *_served(use), *_paired(use)), _here(use))
    yield Statement("MoveWeights", ("elasticloadbalancing:ModifyListener",),
                    [use.arn("elasticloadbalancing", f"listener/app/{name}/*") for name in listeners], _here(use))
    yield Statement("MoveWeightsOfRules", ("elasticloadbalancing:ModifyRule",),
                    [use.arn("elasticloadbalancing", f"listener-rule/app/{name}/*") for name in listeners], _here(use))
    if not _made(use):
        return
    pair = _target_groups(use, *_made(use))
    yield Statement("MakeCanaryTargetGroups", ("elasticloadbalancing:CreateTargetGroup",), pair, _here(use) | {
        "Null": {f"aws:RequestTag/{LIKE}": "false"}})
    yield Statement("TagCanaryTargetGroups", ("elasticloadbalancing:AddTags",), pair, {
        "StringEquals": _here(use)["StringEquals"] | {"elasticloadbalancing:CreateAction": "CreateTargetGroup"}})
    yield Statement("ChangeCanaryTargetGroups", (
        "elasticloadbalancing:DeleteTargetGroup", "elasticloadbalancing:ModifyTargetGroupAttributes"), pair,
        _here(use) | {"Null": {f"aws:ResourceTag/{LIKE}": "false"}})


def _alarms(use: Use) -> Iterator[Statement]:
    """Any is read, for AWS lists no fewer; those that go with a scaling policy from one ASG to the next are written,
    under a name of ours."""
    yield Statement("ReadAlarms", ("cloudwatch:DescribeAlarms",), [use.arn("cloudwatch", "alarm:*")], _here(use))
    ours = [use.arn("cloudwatch", f"alarm:serin/{name}/*") for name in _clusters(use)]
    yield Statement("KeepAlarms", ("cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm"), ours, _here(use))


def _here(use: Use) -> dict[str, dict[str, object]]:
    return {"StringEquals": {"aws:RequestedRegion": use.regions}}


def _services(use: Use) -> list[str]:
    return sorted({cluster.service.service for cluster in use.clusters})


def _clusters(use: Use) -> list[str]:
    """All ASGs that have the cluster in front are the cluster's, its canaries too: no service has a `-` in its name."""
    return sorted({f"{cluster.name}-*" for cluster in use.clusters})


def _asg_arns(use: Use) -> list[str]:
    return [use.arn("autoscaling", f"autoScalingGroup:*:autoScalingGroupName/{name}") for name in _clusters(use)]


def _made(use: Use) -> list[str]:
    """The canary's target groups; one pattern for all, for what we made has a tag, and policies have little room."""
    return sorted({f"{cluster.name}-*" for cluster in use.clusters if cluster.is_prod})


def _served(use: Use) -> list[str]:
    """Target groups that serve: the declared one, and those that its ASG is in besides."""
    also = {name for cluster in use.clusters
            for name in cluster.service.environments[cluster.environment].may_use.target_groups}
    return sorted({cluster.here.target_group for cluster in use.clusters} | also)


def _paired(use: Use) -> list[str]:
    return sorted({f"{cluster.name}-{detail}" for cluster in use.clusters if cluster.is_prod for detail in PAIR})


def _target_groups(use: Use, *names: str) -> list[str]:
    return _arns(use, (f"targetgroup/{name}/*" for name in names))


def _arns(use: Use, resources: Iterable[str]) -> list[str]:
    return [use.arn("elasticloadbalancing", resource) for resource in resources]
