"""A connection with a role in another account: the role is taken on with its external id, and its credentials are
renewed while a task works."""

import json

import pytest
from moto.server import ThreadedMotoServer

from include.adapters.aws import Aws
from include.domain.errors import NotAllowed
from plugins.sessions import Session
from tests.iam.declared import every_use, service

EXTERNAL_ID = "7c0f2c1e"


@pytest.fixture(scope="module")
def endpoint():
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def taken_on(endpoint, monkeypatch):
    """The calls of STS that the process makes: what each asked for. The connection is the one that is printed."""
    from botocore.session import Session as BotoSession

    from include.iam.roles import connection

    printed = connection("worker", every_use(service())["aws_prod"], EXTERNAL_ID)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AIRFLOW_CONN_AWS_PROD", json.dumps(printed | {"login": "airflow", "password": "its-own"}))
    calls, make = [], BotoSession.create_client

    def watched(self, name, *args, **kwargs):
        client = make(self, name, *args, **kwargs)
        if name == "sts":
            client.meta.events.register("provide-client-params.sts.AssumeRole",
                                        lambda params, **_: calls.append(dict(params)))
        return client

    monkeypatch.setattr(BotoSession, "create_client", watched)
    return calls


def test_the_role_of_the_connection_is_taken_on_with_the_external_id(taken_on):
    client = Session("aws_prod", "us-east-1").client("autoscaling")
    client.describe_auto_scaling_groups()
    used = client._request_signer._credentials.get_frozen_credentials()

    assert {(call["RoleArn"], call["ExternalId"]) for call in taken_on} == {
        ("arn:aws:iam::123456789012:role/serin-aws_prod-worker", EXTERNAL_ID)}
    assert used.token
    assert used.access_key != "airflow"


def test_credentials_that_run_out_in_the_middle_of_a_task_are_renewed(taken_on):
    client = Session("aws_prod", "us-east-1").client("autoscaling")
    client.describe_auto_scaling_groups()
    credentials, before = client._request_signer._credentials, len(taken_on)
    first = credentials.get_frozen_credentials().access_key
    credentials._expiry_time = credentials._expiry_time.replace(year=2020)
    client.describe_auto_scaling_groups()

    assert len(taken_on) == before + 1
    assert credentials.get_frozen_credentials().access_key != first


def test_a_call_that_the_role_may_not_make_says_the_connection_and_where_the_policy_is(taken_on):
    from botocore.exceptions import ClientError

    session = Session("aws_prod", "us-east-1")

    def refuse(**_):
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "User x may not"}}, "DeleteAutoScalingGroup")

    session.client("autoscaling").meta.events.register("provide-client-params.*.DeleteAutoScalingGroup", refuse)
    with pytest.raises(NotAllowed) as refused:
        Aws(session).call("autoscaling", "delete_auto_scaling_group", "api-prod-v041", AutoScalingGroupName="x")

    assert str(refused.value) == (
        "not allowed: delete_auto_scaling_group (api-prod-v041): AccessDenied: User x may not. The connection is "
        "aws_prod; `python -m include.iam` prints the policies that its role needs (docs/permissions.md)")
