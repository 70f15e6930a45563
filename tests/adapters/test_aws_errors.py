"""botocore's errors as ours: the type says whether trying again helps, the message what, which and AWS's words."""

from functools import partial

import httpx
import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)

from include.adapters.aws import Aws
from include.adapters.aws_errors import translated
from include.domain.errors import BadInput, Final, NotAllowed, Refused, Retryable


def answered(code: str, status: int = 400, message: str = "words") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message},
                        "ResponseMetadata": {"HTTPStatusCode": status}}, "X")


@pytest.mark.parametrize(("error", "kind"), [
    (answered("Throttling"), Retryable),
    (answered("ThrottlingException"), Retryable),
    (answered("RequestLimitExceeded", 503), Retryable),
    (answered("SlowDown", 503), Retryable),
    (answered("InternalFailure", 500), Retryable),
    (answered("Whatever", 502), Retryable),
    (answered("Whatever", 429), Retryable),
    (answered("ResourceContention", 500), Retryable),
    (answered("ScalingActivityInProgress"), Retryable),
    (answered("ConditionalRequestConflict", 409), Retryable),
    (answered("InsufficientInstanceCapacity", 500), Retryable),
    (answered("ExpiredToken"), Retryable),
    (EndpointConnectionError(endpoint_url="http://x"), Retryable),
    (ReadTimeoutError(endpoint_url="http://x"), Retryable),
    (answered("ValidationError"), BadInput),
    (answered("InvalidParameterValue"), BadInput),
    (answered("InvalidAMIID.NotFound"), BadInput),
    (answered("TargetGroupNotFound"), BadInput),
    (answered("NoSuchBucket", 404), BadInput),
    (NoCredentialsError(), BadInput),
    (ParamValidationError(report="r"), BadInput),
    (answered("AlreadyExists"), Refused),
    (answered("ResourceInUse"), Refused),
    (answered("AccessDenied", 403), NotAllowed),
    (answered("UnauthorizedOperation", 403), NotAllowed),
    (answered("InvalidClientTokenId", 403), Final),
    (answered("LimitExceeded"), Final),
], ids=lambda value: value.response["Error"]["Code"] if isinstance(value, ClientError) else value.__class__.__name__)
def test_the_type_says_whether_trying_again_helps(error, kind):
    assert type(translated(error, "call", "thing")) is kind


def test_the_message_has_the_call_the_resource_and_awss_words():
    error = translated(answered("AuthFailure", 403, "who is x"), "delete_auto_scaling_group", "api-prod-v041")
    assert str(error) == "not allowed: delete_auto_scaling_group (api-prod-v041): AuthFailure: who is x"


def test_a_right_that_is_missing_names_the_connection_and_what_prints_its_policies():
    error = translated(answered("UnauthorizedOperation", 403, "x may not"), "run_instances", "api-1", "aws_prod")
    assert str(error) == ("not allowed: run_instances (api-1): UnauthorizedOperation: x may not. The connection is "
                          "aws_prod; `python -m include.iam` prints the policies that its role needs "
                          "(docs/permissions.md)")


def test_endless_words_are_cut():
    assert len(str(translated(answered("AccessDenied", 403, "x" * 9000), "call", "thing"))) < 750


@pytest.fixture
def fault(endpoint):
    """Puts a fault on the local cloud, and takes it away."""
    placed = []

    def place(**fault):
        answer = httpx.post(f"{endpoint}/serin/faults", json=fault)
        answer.raise_for_status()
        placed.append(answer.json())
    yield place
    httpx.delete(f"{endpoint}/serin/faults")


def test_a_throttled_call_is_retryable(fault, session, cluster):
    fault(kind="throttling", action="DescribeAutoScalingGroups", rate=0, burst=1, region="us-east-1")
    ask = partial(Aws(session).pages, "autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups", "all")
    ask()
    with pytest.raises(Retryable, match=r"describe_auto_scaling_groups \(all\): Throttling"):
        ask()


def test_an_answer_that_never_comes_is_retryable(fault, session, cluster):
    fault(kind="error_before", action="DescribeAutoScalingGroups", drop=True, count=1, region="us-east-1")
    with pytest.raises(Retryable, match="describe_auto_scaling_groups"):
        Aws(session).pages("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups", "all")
