"""Every call that is written in the adapters, whether a test makes it or not: its role may make it, and may make no
other."""

import ast
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from include.iam.roles import statements
from tests.iam.asking import NAMES, TABLE
from tests.iam.declared import every_use

ADAPTERS = Path(__file__).parents[2] / "include" / "adapters"
SERVICES = ("autoscaling", "cloudwatch", "codebuild", "ec2", "elbv2", "s3")
# Calls that leave their service to a method of their file.
SERVICE_OF = {"ec2_asg.py": "autoscaling", "elbv2.py": "elbv2", "elbv2_listener.py": "elbv2", "ec2.py": "elbv2"}
# What AWS asks beside a call's own action; tests/iam/asking.py says by which page.
BESIDE = {
    "push": {"ec2:RunInstances", "ec2:CreateTags", "iam:PassRole", "elasticloadbalancing:AddTags"},
    "build": {"kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext",
              "kms:ReEncryptFrom", "kms:ReEncryptTo"}}
RENAMED = {"s3:ListObjectsV2": "s3:ListBucket"}
OPERATIONS = {service: {xform_name(name): name for name in
                        botocore.session.get_session().get_service_model(service).operation_names}
              for service in SERVICES}


def written(file):
    """(service, operation) of every call in the file."""
    for node in ast.walk(ast.parse(file.read_text())):
        if not isinstance(node, ast.Call | ast.Tuple):
            continue
        values = node.args if isinstance(node, ast.Call) else node.elts
        words = [one.value for one in values[:3] if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if words[:1] and words[0] in SERVICES and words[1:2] and words[1] in OPERATIONS[words[0]]:
            yield words[0], OPERATIONS[words[0]][words[1]]
        elif isinstance(node, ast.Call) and words[:1] and file.name in SERVICE_OF:
            service = SERVICE_OF[file.name]
            if words[0] in OPERATIONS[service]:
                yield service, OPERATIONS[service][words[0]]


def calls(role):
    for file in ADAPTERS.rglob("*.py"):
        if ("images" in file.parts) == (role == "build"):
            yield from written(file)


def action(service, operation):
    name = f"{NAMES.get(service, service)}:{operation}"
    return RENAMED.get(name, name)


@pytest.mark.parametrize("role", ["push", "build"])
def test_a_role_may_make_the_calls_that_are_written_and_no_other(role):
    needed = {action(*call) for call in calls(role)} | BESIDE[role]
    granted = {name for use in every_use().values() for statement in statements(role, use) for name in
               statement.actions}

    assert {"missing": sorted(needed - granted), "unused": sorted(granted - needed)} == {"missing": [], "unused": []}


def test_it_is_said_of_every_call_what_aws_asks_for_it():
    every = {call for role in BESIDE for call in calls(role)}

    assert [f"{service} {name}" for service, name in sorted(every)
            if (service, name) not in TABLE and not name.startswith("Describe")] == []
    assert sorted(TABLE.keys() - every) == []
