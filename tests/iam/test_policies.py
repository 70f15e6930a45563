"""The policies are what AWS takes and heeds, and are as narrow as what is declared."""

import json
from copy import deepcopy

import pytest

from include.domain.errors import BadInput
from include.iam.roles import ROLES, policies, statements
from include.iam.statement import LARGEST, MOST_OF_A_ROLE, Statement, documents, size
from tests.iam.aws_definition import wrong_with
from tests.iam.declared import every_use, service

USES = every_use()
DOCUMENTS = {f"{use.connection} {role}": document for use in USES.values() for role in ROLES
             for document in policies(role, use).values()}


def of(role, connection="aws_prod", uses=USES):
    return {statement.sid: statement.as_json() for statement in statements(role, uses[connection])}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=list(DOCUMENTS))
def test_aws_knows_each_action_on_each_resource_by_each_condition(document):
    assert not [wrong for statement in document["Statement"] for wrong in wrong_with(statement)]


@pytest.mark.parametrize(("change", "said"), [
    ({"Action": ["autoscaling:RenameAutoScalingGroup"]}, "there is no action autoscaling:RenameAutoScalingGroup"),
    ({"Resource": ["arn:aws:ec2:*:123456789012:instance/*"]}, "and not on arn:aws:ec2"),
    ({"Resource": ["arn:aws:autoscaling:*::autoScalingGroup:*:autoScalingGroupName/api-prod-v*"]}, "and not on arn"),
    ({"Resource": ["*"]}, "works on named resources, and all of them are allowed"),
    ({"Condition": {"StringEquals": {"ec2:Owner": "amazon"}}}, "is not narrowed by ec2:Owner"),
    ({"Condition": {"StringMatches": {"aws:RequestedRegion": "us-east-1"}}}, "no operator StringMatches is known")],
    ids=["action", "resource", "account", "everything", "condition", "operator"])
def test_what_aws_does_not_know_is_found(change, said):
    """The check itself can fail."""
    assert any(said in wrong for wrong in wrong_with(deepcopy(of("push")["DeleteAsgs"]) | change))


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=list(DOCUMENTS))
def test_each_document_has_the_size_that_aws_takes(document):
    assert size(document) <= LARGEST
    assert len({statement["Sid"] for statement in document["Statement"]}) == len(document["Statement"])


def test_an_asg_is_deleted_only_where_a_push_held_its_lease():
    assert of("push")["DeleteAsgs"]["Condition"]["Null"] == {"aws:ResourceTag/serin:lease-token": "false"}


def test_the_services_own_target_group_is_never_deleted():
    deleting = [name for statement in of("push").values() for name in statement["Resource"]
                if "elasticloadbalancing:DeleteTargetGroup" in statement["Action"]]

    assert {name.split("targetgroup/")[1] for name in deleting} == {
        f"{one}-prod-*/*" for one in ("api", "web", "shop", "jobs")}
    assert of("push")["ChangeCanaryTargetGroups"]["Condition"]["Null"] == {"aws:ResourceTag/serin:like": "false"}


def test_nothing_of_the_archive_can_be_deleted_or_overwritten():
    writing = [statement for role in ROLES for use in USES.values() for statement in statements(role, use)
               if any(action.startswith("s3:") and action not in ("s3:GetObject", "s3:ListBucket")
                      for action in statement.actions)]

    assert {action for statement in writing for action in statement.actions} == {"s3:PutObject"}
    assert all(statement.conditions["Null"].keys() & {"s3:if-none-match", "s3:if-match"} for statement in writing)


@pytest.mark.parametrize("role", ["dashboard", "chat_bot"])
def test_who_looks_changes_nothing(role):
    actions = {action for use in USES.values() for statement in statements(role, use) for action in statement.actions}
    changing = {action for action in actions
                if not action.split(":")[1].startswith(("Describe", "Get", "List", "BatchGet"))}

    assert changing == ({"s3:PutObject"} if role == "chat_bot" else set())


def test_the_bot_writes_what_it_told_alone():
    assert of("chat_bot")["KeepWhatWasTold"]["Resource"] == ["arn:aws:s3:::serin-archive/serin/rooms/api/told-xmpp/*"]


def test_a_connection_for_amis_alone_takes_building_from_the_one_that_pushes():
    assert not [action for statement in of("push", "aws_build").values() for action in statement["Action"]]
    assert "LaunchBuilders" in of("build", "aws_build")
    assert "api" not in json.dumps(of("build")["LaunchBuilders"])


def test_only_declared_roles_are_passed_and_each_to_its_service():
    passing = {sid: statement for sid, statement in of("push").items() if "iam:PassRole" in statement["Action"]}

    assert {sid: (statement["Resource"], statement["Condition"]["StringEquals"]["iam:PassedToService"])
            for sid, statement in passing.items()} == {
        "PassInstanceRoles": (["arn:aws:iam::123456789012:role/api"], "ec2.amazonaws.com"),
        "PassHookRoles": (["arn:aws:iam::123456789012:role/hooks"], "autoscaling.amazonaws.com")}
    assert "PassInstanceRoles" not in of("push", "aws_test")


def test_what_is_not_declared_is_not_allowed():
    """A service that shares nothing, encrypts nothing and has no CodeBuild asks for none of it."""
    uses = every_use(service())
    actions = {action for role in ROLES for statement in statements(role, uses["aws_prod"])
               for action in statement.actions}

    assert not [action for action in actions if action.startswith(("kms:", "codebuild:", "iam:")) or "Attribute" in
                action.replace("DescribeTargetGroupAttributes", "").replace("ModifyTargetGroupAttributes", "")]
    assert "cloudwatch:GetMetricData" not in actions


def test_china_and_govcloud_have_partitions_of_their_own():
    region = {"region": "cn-north-1", "load_balancer": "lb", "target_group": "tg", "markets": ["us"]}
    there = service(environments={"prod": {"connection": "aws_prod", "regions": [region],
                                           "may_use": {"instance_roles": ["api"]}}}, canary={"region": "cn-north-1"})
    said = of("push", uses=every_use(there))

    assert said["PassInstanceRoles"]["Resource"] == ["arn:aws-cn:iam::123456789012:role/api"]
    assert said["PassInstanceRoles"]["Condition"]["StringEquals"]["iam:PassedToService"] == "ec2.amazonaws.com.cn"


def test_many_services_are_several_documents_and_lose_nothing():
    few = [service(f"svc{number}") for number in range(24)]
    use = every_use(*few)["aws_prod"]
    found = policies("push", use)

    assert 2 < len(found) <= MOST_OF_A_ROLE
    assert all(size(document) <= LARGEST for document in found.values())
    said = {(action, resource) for document in found.values() for statement in document["Statement"]
            for action in statement["Action"] for resource in statement["Resource"]}
    assert said == {(action, resource) for statement in statements("push", use) for action in statement.actions
                    for resource in statement.resources}


def test_too_many_services_for_one_role_are_refused_with_what_to_do():
    use = every_use(*(service(f"svc{number}") for number in range(70)))["aws_prod"]
    with pytest.raises(BadInput, match=r"connection aws_prod would need \d+ policies, and AWS attaches 10 to a role"):
        policies("push", use)


def test_one_statement_that_no_policy_holds_is_refused():
    with pytest.raises(BadInput, match="Long alone has more than the 6144 characters"):
        documents([Statement("Long", ("s3:GetObject",), ("x" * LARGEST,))], "role push")
