"""Listeners and rules refuse what AWS refuses: weights out of range, unknown target groups, the same one twice."""

from typing import Any

from moto.elbv2.exceptions import ActionTargetGroupNotFoundError, DuplicateListenerError, ELBClientError
from moto.elbv2.models import ELBv2Backend, FakeAction

from include.local_cloud.control.patching import patched
from include.local_cloud.control.target_health import put_in_use

LARGEST_WEIGHT, MOST_TARGET_GROUPS = 999, 5


@patched(FakeAction, "__init__", "stock: answers a simple forward without the ForwardConfig that AWS adds")
def forward_config(original: Any, self: FakeAction, data: dict[str, Any]) -> None:
    if data.get("Type") == "forward":
        data = {**data}
        if "TargetGroupArn" in data and "ForwardConfig" not in data:
            data["ForwardConfig"] = {"TargetGroups": [{"TargetGroupArn": data["TargetGroupArn"], "Weight": 1}]}
        groups = data.get("ForwardConfig", {}).get("TargetGroups", [])
        data.pop("TargetGroupArn", None)
        if len(groups) == 1:
            data["TargetGroupArn"] = groups[0]["TargetGroupArn"]
    original(self, data)


@patched(ELBv2Backend, "_get_target_group_arns_from", "stock: overlooks the weighted groups beside a TargetGroupArn")
def target_group_arns(original: Any, self: ELBv2Backend, action_data: dict[str, Any]) -> list[str]:
    groups = action_data.get("ForwardConfig", {}).get("TargetGroups", [])
    return [group["TargetGroupArn"] for group in groups] or original(self, action_data=action_data)


@patched(ELBv2Backend, "_validate_actions", "stock: takes any weight, and the same target group twice")
def validate_actions(original: Any, self: ELBv2Backend, actions: list[FakeAction]) -> None:
    original(self, actions)
    for action in actions:
        if action.type == "forward":
            _validate_forward(action.data.get("ForwardConfig", {}).get("TargetGroups", []), self)


def _validate_forward(groups: list[dict[str, Any]], backend: ELBv2Backend) -> None:
    arns = [group["TargetGroupArn"] for group in groups]
    if not arns or len(arns) > MOST_TARGET_GROUPS:
        raise ELBClientError("ValidationError", f"A forward action takes 1 to {MOST_TARGET_GROUPS} target groups, "
                                                f"not {len(arns)}")
    if len(set(arns)) < len(arns):
        raise ELBClientError("ValidationError", "A target group can be in a forward action only once")
    for group in groups:
        if not 0 <= int(group.get("Weight", 1)) <= LARGEST_WEIGHT:
            raise ELBClientError("ValidationError", f"The weight '{group['Weight']}' must be between 0 and "
                                                    f"{LARGEST_WEIGHT} inclusive")
        if group["TargetGroupArn"] not in backend.target_groups:
            raise ActionTargetGroupNotFoundError(group["TargetGroupArn"])


@patched(ELBv2Backend, "modify_listener", "stock: validates nothing")
def modify_listener(original: Any, self: ELBv2Backend, arn: str, port: Any = None, protocol: Any = None,
                    ssl_policy: Any = None, certificates: Any = None, actions: Any = None) -> Any:
    self.describe_listeners(None, [arn])
    self._validate_actions([FakeAction(action) for action in actions or []])
    listener = original(self, arn, port, protocol, ssl_policy, certificates, actions or [])
    put_in_use(self)
    return listener


@patched(ELBv2Backend, "create_listener", "stock: two listeners on one port")
def create_listener(original: Any, self: ELBv2Backend, load_balancer_arn: str, protocol: str, port: str,
                    *rest: Any, **more: Any) -> Any:
    balancer = self.load_balancers.get(load_balancer_arn)
    if balancer and any(str(listener.port) == str(port) for listener in balancer.listeners.values()):
        raise DuplicateListenerError
    listener = original(self, load_balancer_arn, protocol, port, *rest, **more)
    put_in_use(self)
    return listener


@patched(ELBv2Backend, "modify_rule", "stock: lets the default rule drift away from its listener")
def modify_rule(original: Any, self: ELBv2Backend, rule_arn: str, *rest: Any, **more: Any) -> Any:
    if any(rule.is_default for rule in self.describe_rules(None, [rule_arn])):
        raise ELBClientError("OperationNotPermitted", "Default rule cannot be modified: use ModifyListener")
    rule = original(self, rule_arn, *rest, **more)
    put_in_use(self)
    return rule


def _then_put_in_use(name: str) -> None:
    @patched(ELBv2Backend, name, "stock: does not keep which target groups are in use")
    def changed(original: Any, self: ELBv2Backend, *args: Any, **kwargs: Any) -> Any:
        answer = original(self, *args, **kwargs)
        put_in_use(self)
        return answer


for _name in ("create_rule", "delete_rule", "delete_listener", "delete_load_balancer"):
    _then_put_in_use(_name)
