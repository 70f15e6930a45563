"""Scaling policies as values, and target tracking on an ASG's requests."""

from typing import Any

from include.adapters.aws import Aws
from include.domain.errors import BadInput
from include.domain.scaling.policies import REQUESTS, TRACKING, Policy, Tracking

Thing = dict[str, Any]


def policies(aws: Aws, asg: str) -> list[Policy]:
    return sorted((_shown(policy) for policy in _described(aws, asg)), key=lambda policy: policy.name)


def track_requests(aws: Aws, group: Thing, tracking: Tracking) -> None:
    """AWS keeps nothing of the policy that is replaced, so what is not ours to say is said again."""
    asg = group["AutoScalingGroupName"]
    there = next((one for one in _described(aws, asg) if one["PolicyName"] == tracking.name), {})
    kept = {key: there["TargetTrackingConfiguration"][key] for key in ("DisableScaleIn",)
            if key in there.get("TargetTrackingConfiguration", {})}
    warm_up = {} if tracking.warm_up_seconds is None else {"EstimatedInstanceWarmup": tracking.warm_up_seconds}
    enabled = {"Enabled": there["Enabled"]} if "Enabled" in there else {}
    aws.call("autoscaling", "put_scaling_policy", f"{tracking.name} of {asg}", AutoScalingGroupName=asg,
             PolicyName=tracking.name, PolicyType=TRACKING, **warm_up, **enabled, TargetTrackingConfiguration={
                 **kept, "TargetValue": tracking.per_minute, "PredefinedMetricSpecification": {
                     "PredefinedMetricType": REQUESTS, "ResourceLabel": _resource_label(aws, group)}})


def drop(aws: Aws, asg: str, name: str) -> None:
    """AWS answers ValidationError for a policy that is not there, and for an ASG that is not."""
    if any(policy["PolicyName"] == name for policy in _described(aws, asg)):
        aws.call("autoscaling", "delete_policy", f"{name} of {asg}", AutoScalingGroupName=asg, PolicyName=name)


def _described(aws: Aws, asg: str) -> list[Thing]:
    return aws.pages("autoscaling", "describe_policies", "ScalingPolicies", asg, page_size=100,
                     AutoScalingGroupName=asg)


def _shown(policy: Thing) -> Policy:
    settings = policy.get("TargetTrackingConfiguration") or {}
    predefined = settings.get("PredefinedMetricSpecification") or {}
    warm_up = policy.get("EstimatedInstanceWarmup")
    return Policy(policy["PolicyName"], policy.get("PolicyType", ""), predefined.get("PredefinedMetricType", ""),
                  float(settings.get("TargetValue") or 0), None if warm_up is None else int(warm_up))


def _resource_label(aws: Aws, group: Thing) -> str:
    """AWS wants `app/<load balancer>/<id>/targetgroup/<target group>/<id>`: the ends of both ARNs."""
    asg, arns = group["AutoScalingGroupName"], group.get("TargetGroupARNs", ())
    if len(arns) != 1:
        raise BadInput(f"{asg} is in {len(arns)} target groups: {REQUESTS} is of exactly one")
    found = aws.call("elbv2", "describe_target_groups", arns[0], TargetGroupArns=list(arns))["TargetGroups"]
    balancers = found[0].get("LoadBalancerArns", ()) if found else ()
    if len(balancers) != 1:
        raise BadInput(f"{asg}: its target group is at {len(balancers)} load balancers: {REQUESTS} is of exactly one")
    return f"{balancers[0].partition(':loadbalancer/')[2]}/{arns[0].rpartition(':')[2]}"
