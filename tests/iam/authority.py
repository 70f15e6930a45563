"""IAM's own answer, for identity policies that only allow: is there a statement whose action, resource and conditions
all fit? ("Policy evaluation logic" and "IAM JSON policy elements: Condition operators" of the IAM User Guide)."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Values = tuple[str, ...]
Context = Mapping[str, str | Values]
ALL, ANY = "ForAllValues:", "ForAnyValue:"


@dataclass(frozen=True)
class Asked:
    """What AWS asks IAM of a call: an action on one resource, and what is known of both."""

    action: str
    resource: str = "*"
    context: Context = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.action} on {self.resource}"


def allows(statements: Iterable[Mapping[str, Any]], asked: Asked) -> bool:
    return any(_fits(statement, asked) for statement in statements)


def _fits(statement: Mapping[str, Any], asked: Asked) -> bool:
    if statement["Effect"] != "Allow":
        raise AssertionError(f"{statement['Sid']}: {statement['Effect']} is not evaluated here")
    return (any(_like(action.lower(), asked.action.lower()) for action in statement["Action"])
            and any(_like(resource, asked.resource) for resource in statement["Resource"])
            and all(_holds(operator, key, values, asked.context)
                    for operator, keys in statement.get("Condition", {}).items() for key, values in keys.items()))


def _holds(operator: str, key: str, wanted: Any, context: Context) -> bool:
    """A key is the same however it is written; one that AWS does not know of this call is missing."""
    known = {name.lower(): value for name, value in context.items()}
    there = known.get(key.lower())
    wanted = (wanted,) if isinstance(wanted, str) else tuple(wanted)
    if operator == "Null":
        return (there is None) == (wanted == ("true",))
    one = OPERATORS.get(operator.removeprefix(ALL).removeprefix(ANY))
    if one is None:
        raise AssertionError(f"{operator} is not evaluated here")
    has = () if there is None else (there,) if isinstance(there, str) else there
    fits = [any(one(pattern, value) for pattern in wanted) for value in has]
    if operator.startswith(ALL):
        return all(fits)
    if operator.startswith(ANY):
        return any(fits)
    return len(fits) == 1 and fits[0]


def _like(pattern: str, value: str) -> bool:
    shape = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(shape, value, re.DOTALL) is not None


def _same(wanted: str, value: str) -> bool:
    return wanted == value


def _arn_like(pattern: str, value: str) -> bool:
    """Each of an ARN's first five parts by itself."""
    wanted, has = pattern.split(":", 5), value.split(":", 5)
    return len(wanted) == len(has) and all(_like(*pair) for pair in zip(wanted, has, strict=True))


OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": _same, "StringLike": _like, "ArnLike": _arn_like, "Bool": _same}


def without(statements: Sequence[Mapping[str, Any]], sid: str) -> list[Mapping[str, Any]]:
    left = [statement for statement in statements if statement["Sid"] != sid]
    assert len(left) < len(statements), sid
    return left
