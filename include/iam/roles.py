"""The roles: what each part of Serin may do with a connection, and the IAM role that the connection takes on there.

A worker pushes and builds; the API server's dashboard and the chat bot read. Each of them gets its own value of the
same connection, so a dashboard that is broken into can change nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from include.iam import clusters, images, kept
from include.iam.statement import Document, Statement, documents
from include.iam.uses import Use

Statements = Callable[[Use], list[Statement]]


def _pushing(use: Use) -> list[Statement]:
    return [*clusters.pushing(use), *kept.keeping(use), *kept.measuring(use)]


def _looking(use: Use) -> list[Statement]:
    return [*clusters.reading(use), *images.reading(use), *kept.reading(use)]


def _chatting(use: Use) -> list[Statement]:
    return [*_looking(use), *kept.telling(use)]


ROLES: Mapping[str, Statements] = {
    "push": _pushing, "build": images.building, "dashboard": _looking, "chat_bot": _chatting}
# The processes that need AWS, and the roles that each of them plays with a connection.
COMPONENTS = {"worker": ("push", "build"), "dashboard": ("dashboard",), "chat_bot": ("chat_bot",)}


def statements(role: str, use: Use) -> list[Statement]:
    return _once(ROLES[role](use))


def policies(role: str, use: Use) -> dict[str, Document]:
    """By their names; none where the connection is not for this role."""
    found = documents(statements(role, use), f"role {role} of connection {use.connection}")
    several = len(found) > 1
    return {f"serin-{use.connection}-{role}{f'-{number}' if several else ''}": document
            for number, document in enumerate(found, 1)}


def iam_role(component: str, use: Use) -> str:
    return f"serin-{use.connection}-{component}"


def arn_of(component: str, use: Use) -> str:
    return use.arn("iam", f"role/{iam_role(component, use)}", region="")


def trust(principal: str, external_id: str) -> Document:
    """Who may take on the role: whom Airflow's processes are in their own account, and who says the external id."""
    return {"Version": "2012-10-17", "Statement": [{
        "Sid": "Airflow", "Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": external_id}}}]}


def becoming(arns: Sequence[str]) -> Document:
    """What the principal itself is given, in Airflow's own account: no more than to take on these roles."""
    return documents([Statement("TakeOnRoles", ("sts:AssumeRole",), arns)], "Airflow")[0]


def connection(component: str, use: Use, external_id: str) -> dict[str, Any]:
    """The Airflow connection with which this component takes on its role."""
    return {"conn_type": "aws", "extra": {"role_arn": arn_of(component, use),
                                          "assume_role_kwargs": {"ExternalId": external_id}}}


def _once(found: list[Statement]) -> list[Statement]:
    """Clusters and images of one connection may both be read: their statements have different names."""
    names = [statement.sid for statement in found]
    assert len(names) == len(set(names)), names
    return found
