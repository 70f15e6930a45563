"""Services whose policies are looked at."""

from typing import Any

from include.domain.service import Service
from include.iam.uses import Use, in_accounts, uses

ACCOUNT = "123456789012"        # of the local cloud, too
KEY = "alias/serin"


def service(name: str = "api", build: dict[str, Any] | None = None, **settings: Any) -> Service:
    region = {"region": "us-east-1", "load_balancer": f"{name}-lb", "target_group": f"{name}-prod"}
    return Service.model_validate({
        "service": name, "repository": "/tmp/repository", "build": build or {"base_ami": "serin-base"},
        "environments": {"prod": {"connection": "aws_prod", "regions": [
            {**region, "markets": ["us"]}, {**region, "region": "eu-west-1", "markets": ["us"]}]}},
        "canary": {"region": "us-east-1"}, "metrics": {"connection": "metrics"},
        "archive": {"connection": "aws_prod", "bucket": "serin-archive", "region": "us-east-1"}, **settings})


def everything() -> list[Service]:
    """Between them they declare all that asks AWS for a right of its own."""
    prod = service().environments["prod"].model_dump() | {"may_use": {
        "instance_roles": ["api"], "hook_roles": ["hooks"], "target_groups": ["api-admin"]}}
    test = {"connection": "aws_test", "regions": [
        {"region": "us-east-1", "load_balancer": "api-test", "target_group": "api-test"}]}
    cloudwatch = {"kind": "cloudwatch", "connection": "aws_prod", "requests": "r", "errors": "e", "latency": "l",
                  "series": [{"namespace": "Api", "name": "{metric}"}]}
    chat = {"kind": "xmpp", "room": "team@example.org", "connection": "chat"}
    return [
        service("api", {"base_ami": "amazon/al2023*", "share_with": ["210987654321"], "kms_key": KEY,
                        "connection": "aws_build"},
                environments={"prod": prod, "test": test}, metrics=cloudwatch, chat=chat,
                manifest={"packages": ["archive:sboms/{commit}.json"]}),
        service("web", {"kind": "codebuild", "project": "web-ami", "commit_tag": "ci:sha"}),
        service("shop", {"kind": "tagged"}),
        service("jobs", {"base_ami": "ami-0123456789abcdef0", "subnet_tag": "build"})]


def every_use(*services: Service) -> dict[str, Use]:
    """By connection, in the local cloud's account."""
    return {use.connection: use for use in in_accounts(uses(services or everything()), [ACCOUNT])}
