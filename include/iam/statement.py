"""What a policy is made of, and as many documents of it as AWS's size of one asks for."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from include.domain.errors import BadInput

LARGEST = 6_144         # characters of a managed policy, white space left out
MOST_OF_A_ROLE = 10     # managed policies that AWS attaches to a role, before it is asked for more
Document = dict[str, Any]


@dataclass(frozen=True)
class Statement:
    """What is allowed: these actions on these resources, where all conditions hold (operator to key to values)."""

    sid: str
    actions: Sequence[str]
    resources: Sequence[str] = ("*",)
    conditions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def as_json(self) -> Document:
        said = {"Sid": self.sid, "Effect": "Allow", "Action": sorted(self.actions),
                "Resource": sorted(set(self.resources))}
        conditions = {operator: {key: _values(value) for key, value in sorted(keys.items())}
                      for operator, keys in sorted(self.conditions.items())}
        return said | ({"Condition": conditions} if conditions else {})


def documents(statements: Iterable[Statement], about: str) -> list[Document]:
    """As few as hold them all, each as `aws iam create-policy` takes it; BadInput where a role cannot have so many."""
    found: list[list[Document]] = [[]]
    for one in (small for statement in statements for small in _small(statement, about)):
        if size(_document([*found[-1], one.as_json()])) > LARGEST:
            found.append([])
        found[-1].append(one.as_json())
    if len(found) > MOST_OF_A_ROLE:
        raise BadInput(f"{about} would need {len(found)} policies, and AWS attaches {MOST_OF_A_ROLE} to a role: give "
                       "some of the services connections of their own, or print them for fewer with --service")
    return [_document(some) for some in found if some]


def size(document: Document) -> int:
    """As AWS counts it."""
    return len(json.dumps(document, separators=(",", ":")))


def _document(statements: Sequence[Document]) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _small(statement: Statement, about: str) -> Iterator[Statement]:
    """The same, in parts that each fit into a policy of their own."""
    if size(_document([statement.as_json()])) <= LARGEST:
        yield statement
        return
    resources = sorted(set(statement.resources))
    if len(resources) < 2:
        raise BadInput(f"{about}: {statement.sid} alone has more than the {LARGEST} characters of a policy: give some "
                       "of the services connections of their own")
    half = len(resources) // 2
    for letter, some in (("A", resources[:half]), ("B", resources[half:])):
        yield from _small(replace(statement, sid=f"{statement.sid}{letter}", resources=some), about)


def _values(value: Any) -> Any:
    return value if isinstance(value, str) else sorted(set(value))
