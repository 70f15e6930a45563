"""An Application Load Balancer as the port `Traffic`: target groups, targets, and the weights of one listener.

The weights live in the default action and in every rule that forwards to the cluster's target group. They are written
one after the other, so a crash may leave them different: what any of them still sends counts.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from include.adapters.aws import Aws, Session, chunks, tag_list, tag_map
from include.adapters.traffic import elbv2_forwards
from include.adapters.traffic.elbv2_listener import Listener
from include.domain.cluster import Target
from include.domain.errors import BadInput, Refused

TARGETS_A_CALL = 100
LIKE = "serin:like"  # on a target group that we made: the name of the one it was shaped like
NO_GROUP = ("TargetGroupNotFound", "target groups not found", "target group not found")
SHAPE = (
    "Protocol", "ProtocolVersion", "Port", "VpcId", "TargetType", "IpAddressType", "HealthCheckEnabled",
    "HealthCheckProtocol", "HealthCheckPort", "HealthCheckPath", "HealthCheckIntervalSeconds",
    "HealthCheckTimeoutSeconds", "HealthyThresholdCount", "UnhealthyThresholdCount", "Matcher",
)


class Elbv2Traffic:
    def __init__(self, session: Session, load_balancer: str, listener_port: int, target_group: str) -> None:
        self._aws = Aws(session)
        self._listener = Listener(self._aws, load_balancer, listener_port)
        self._name = target_group

    def target_group(self, name: str) -> str | None:
        found = self._groups(name, Names=[name])
        return found[0]["TargetGroupArn"] if found else None

    def add_target_group(self, name: str, like: str) -> str:
        arn = self.target_group(name)
        model = self._groups(like, TargetGroupArns=[like])
        if not model:
            raise BadInput(f"target group {name}: {like}, which it should be shaped like, does not exist")
        if arn is None:
            shape = {key: model[0][key] for key in SHAPE if model[0].get(key) not in (None, "")}
            tags = self._tags(like) | {LIKE: model[0]["TargetGroupName"]}
            answer = self._call("create_target_group", name, Name=name, Tags=tag_list(tags), **shape)
            arn = answer["TargetGroups"][0]["TargetGroupArn"]
        elif LIKE not in tag_map(self._described_tags(arn)):
            return arn  # somebody else's: as it is
        self._copy_attributes(like, arn)
        return arn

    def remove_target_group(self, arn: str) -> None:
        weight = self._anywhere(arn)
        if weight:
            raise Refused(f"target group {_short(arn)} still carries weight {weight} on {self._listener}")
        if weight == 0:
            self.set_weights({group: w for group, w in self.weights().items() if group != arn})
        self._call("delete_target_group", arn, none_if=NO_GROUP, TargetGroupArn=arn)

    def weights(self) -> dict[str, int]:
        greatest: dict[str, int] = {}
        for place in self._places():
            for arn, weight in elbv2_forwards.weights(place["Actions"], self._own).items():
                greatest[arn] = max(weight, greatest.get(arn, 0))
        return greatest

    def set_weights(self, weights: Mapping[str, int]) -> None:
        elbv2_forwards.check(weights, self._own)
        places = self._places()
        known = {arn for place in places for arn in elbv2_forwards.weights(place["Actions"], self._own)}
        for arn in weights.keys() - known:
            if not self._groups(arn, TargetGroupArns=[arn]):
                raise BadInput(f"target group {arn} does not exist: no weight was changed")
        for place in places:
            if elbv2_forwards.weights(place["Actions"], self._own) != dict(weights):
                self._listener.write(place, elbv2_forwards.with_weights(place["Actions"], self._own, weights))

    def targets(self, target_group: str) -> list[Target]:
        answer = self._call("describe_target_health", target_group, TargetGroupArn=target_group)
        return [_target(description) for description in answer["TargetHealthDescriptions"]]

    def register(self, target_group: str, instances: Sequence[str]) -> None:
        """An instance that is not running makes AWS refuse the whole list: the others are registered all the same."""
        for some in chunks(list(instances), TARGETS_A_CALL):
            left = list(some)
            while left:
                try:
                    self._targets("register_targets", target_group, left)
                    break
                except BadInput as error:
                    named = set(re.findall(r"i-[0-9a-f]+", str(error))).intersection(left)
                    if not named:
                        raise
                    left = [instance for instance in left if instance not in named]

    def deregister(self, target_group: str, instances: Sequence[str]) -> None:
        for some in chunks(list(instances), TARGETS_A_CALL):
            gone = self._targets("deregister_targets", target_group, some, none_if=("InvalidTarget",)) is None
            if gone:  # one unknown instance made AWS refuse the list: only those that are there
                there = {target.instance for target in self.targets(target_group) if target.state != "draining"}
                left = [instance for instance in some if instance in there]
                if left:
                    self._targets("deregister_targets", target_group, left)

    def drain_seconds(self, target_group: str) -> int:
        return int(self._attributes(target_group).get("deregistration_delay.timeout_seconds", 300))

    @cached_property
    def _own(self) -> str:
        """The ARN of the cluster's target group."""
        arn = self.target_group(self._name)
        if arn is None:
            raise BadInput(f"target group {self._name} does not exist")
        return arn

    def _places(self) -> list[dict[str, Any]]:
        places = [rule for rule in self._listener.rules() if elbv2_forwards.forward_to(rule["Actions"], self._own)]
        if not places:
            raise BadInput(f"{self._listener} forwards nothing to {self._name}")
        return places

    def _anywhere(self, arn: str) -> int | None:
        """The greatest weight that any rule of the listener gives it; None where no rule names it."""
        given = [weight for rule in self._listener.rules() for action in rule["Actions"]
                 for group, weight in elbv2_forwards.forwarded(action).items() if group == arn]
        return max(given, default=None)

    def _copy_attributes(self, source: str, to: str) -> None:
        there = self._attributes(to)
        differing = {key: value for key, value in self._attributes(source).items() if there.get(key) != value}
        if differing:
            self._call("modify_target_group_attributes", to, TargetGroupArn=to, Attributes=tag_list(differing))

    def _attributes(self, arn: str) -> dict[str, str]:
        return tag_map(self._call("describe_target_group_attributes", arn, TargetGroupArn=arn)["Attributes"])

    def _tags(self, arn: str) -> dict[str, str]:
        return {key: value for key, value in tag_map(self._described_tags(arn)).items()
                if not key.startswith(("aws:", "serin:"))}

    def _described_tags(self, arn: str) -> list[dict[str, str]]:
        return self._call("describe_tags", arn, ResourceArns=[arn])["TagDescriptions"][0]["Tags"]

    def _groups(self, about: str, **which: Any) -> list[dict[str, Any]]:
        return self._pages("describe_target_groups", "TargetGroups", about, none_if=NO_GROUP, **which)

    def _targets(self, operation: str, group: str, instances: Sequence[str], **options: Any) -> Any:
        return self._call(operation, group, TargetGroupArn=group, Targets=[{"Id": i} for i in instances], **options)

    def _call(self, operation: str, about: str, **arguments: Any) -> Any:
        return self._aws.call("elbv2", operation, about, **arguments)

    def _pages(self, operation: str, key: str, about: str, **arguments: Any) -> list[dict[str, Any]]:
        return self._aws.pages("elbv2", operation, key, about, **arguments)


def _target(description: Mapping[str, Any]) -> Target:
    health = description["TargetHealth"]
    reason = ": ".join(health[key] for key in ("Reason", "Description") if health.get(key))
    return Target(description["Target"]["Id"], health["State"], reason)


def _short(arn: str) -> str:
    """The name in the ARN of a target group."""
    return arn.split("/")[1] if "/" in arn else arn
