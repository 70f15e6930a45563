"""One listener of a load balancer and its rules. Names become ARNs once; what the rules say is asked every time."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from include.adapters.aws import Aws
from include.domain.errors import BadInput

Rule = dict[str, Any]


class Listener:
    def __init__(self, aws: Aws, load_balancer: str, port: int) -> None:
        self._aws = aws
        self._load_balancer = load_balancer
        self._port = port

    def __str__(self) -> str:
        return f"listener {self._port} of {self._load_balancer}"

    def rules(self) -> list[Rule]:
        """In the order in which they are tried, the default action last."""
        rules = self._pages("describe_rules", "Rules", ListenerArn=self._arn)
        return sorted(rules, key=lambda rule: float("inf") if rule["IsDefault"] else int(rule["Priority"]))

    def write(self, rule: Mapping[str, Any], actions: list[dict[str, Any]]) -> None:
        """AWS takes the default action with the listener, and every other one with its rule."""
        if rule["IsDefault"]:
            self._aws.call("elbv2", "modify_listener", str(self), ListenerArn=self._arn, DefaultActions=actions)
        else:
            self._aws.call("elbv2", "modify_rule", f"rule {rule['Priority']} of {self}", RuleArn=rule["RuleArn"],
                           Actions=actions)

    @cached_property
    def _arn(self) -> str:
        balancers = self._pages("describe_load_balancers", "LoadBalancers", none_if=("LoadBalancerNotFound",),
                                Names=[self._load_balancer])
        if not balancers:
            raise BadInput(f"load balancer {self._load_balancer} does not exist")
        listeners = self._pages("describe_listeners", "Listeners", LoadBalancerArn=balancers[0]["LoadBalancerArn"])
        ports = {listener["Port"]: listener["ListenerArn"] for listener in listeners}
        if self._port not in ports:
            raise BadInput(f"load balancer {self._load_balancer} has no listener on port {self._port}: "
                           f"{', '.join(map(str, sorted(ports))) or 'none at all'}")
        return ports[self._port]

    def _pages(self, operation: str, key: str, **arguments: Any) -> list[Rule]:
        return self._aws.pages("elbv2", operation, key, self._load_balancer, **arguments)
