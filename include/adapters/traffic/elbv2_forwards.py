"""The forward actions of a listener as weights, and back. Everything else in the actions is kept as it is."""

from collections.abc import Iterable, Mapping
from typing import Any

from include.domain.errors import BadInput

MOST_GROUPS = 5  # that one forward action may name
MOST_WEIGHT = 999

Action = dict[str, Any]


def forwarded(action: Mapping[str, Any]) -> dict[str, int]:
    """Target group to weight; empty for an action that forwards nothing."""
    if action["Type"] != "forward":
        return {}
    groups = (action.get("ForwardConfig") or {}).get("TargetGroups")
    if not groups:
        return {action["TargetGroupArn"]: 1} if action.get("TargetGroupArn") else {}
    return {group["TargetGroupArn"]: group.get("Weight", 1) for group in groups}


def forward_to(actions: Iterable[Action], own: str) -> Action | None:
    """The action that forwards to the cluster's own target group."""
    return next((action for action in actions if own in forwarded(action)), None)


def weights(actions: Iterable[Action], own: str) -> dict[str, int]:
    action = forward_to(actions, own)
    return forwarded(action) if action else {}


def with_weights(actions: Iterable[Action], own: str, weights: Mapping[str, int]) -> list[Action]:
    """The same actions, as AWS takes them back, with these weights in the forward to the cluster."""
    actions = list(actions)
    changed = forward_to(actions, own)
    return [_forward(action, weights) if action is changed else _kept(action) for action in actions]


def check(weights: Mapping[str, int], own: str) -> None:
    """BadInput for what AWS would refuse, and for what would cut the cluster off."""
    if own not in weights:
        raise BadInput(f"weights without the cluster's own target group {own}: 0 is fine, missing is not")
    if len(weights) > MOST_GROUPS:
        raise BadInput(f"{len(weights)} target groups in one forward: a load balancer takes {MOST_GROUPS}")
    for arn, weight in weights.items():
        if isinstance(weight, bool) or not isinstance(weight, int) or not 0 <= weight <= MOST_WEIGHT:
            raise BadInput(f"weight {weight!r} of {arn} is not a whole number from 0 to {MOST_WEIGHT}")
    if not any(weights.values()):
        raise BadInput("all weights are 0: nobody would get the traffic")


def _forward(action: Action, weights: Mapping[str, int]) -> Action:
    config = {**action.get("ForwardConfig", {}),
              "TargetGroups": [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in weights.items()]}
    kept = {key: value for key, value in action.items() if key not in ("TargetGroupArn", "ForwardConfig")}
    return {**kept, "ForwardConfig": config}


def _kept(action: Action) -> Action:
    """As described, but for two things that AWS says and does not take back."""
    action = dict(action)
    if action["Type"] == "forward" and action.get("ForwardConfig"):
        action.pop("TargetGroupArn", None)
    if action["Type"] == "authenticate-oidc":  # the secret is never shown; this keeps the one that is there
        action["AuthenticateOidcConfig"] = {**action["AuthenticateOidcConfig"], "UseExistingClientSecret": True}
    return action
