"""What control would declare, for tests of the data plane alone."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

from include.local_cloud.behaviour import Behaviour
from include.local_cloud.data.pool import Pool
from include.local_cloud.data.region import Region
from include.local_cloud.data.wire import Answer, Request

SWIFT = {"service_ms": 5, "tail": {"percent": 0}, "not_found_percent": 0}


def instance(network: str, number: int, asg: str = "api-prod-v041", *, state: str = "running", age: float = 60,
             **behaviour: Any) -> dict[str, Any]:
    return {"id": f"i-{number}", "ip": f"{network}.0.{number}", "asg": asg, "ami": "ami-1", "commit": "c" * 40,
            "state": state, "launched": time.time() - age,
            "behaviour": Behaviour.model_validate(SWIFT | behaviour).model_dump()}


def region_state(instances: Sequence[Mapping[str, Any]], targets: Mapping[str, Mapping[str, str]],
                 *rules: Mapping[str, Any], check_every: float = 10) -> dict[str, Any]:
    """`targets`: target group to instance to state. A target group's ARN is its name."""
    check = {"path": "/health", "interval": check_every, "timeout": 1, "healthy_threshold": 2, "unhealthy_threshold": 2}
    return {"instances": list(instances),
            "target_groups": [{"arn": name, "name": name, "port": 8080, "health_check": check,
                               "targets": [{"instance": id, "state": state} for id, state in members.items()]}
                              for name, members in targets.items()],
            "load_balancers": [{"arn": "lb", "name": "api-prod",
                                "listeners": [{"arn": "listener", "port": 80, "rules": list(rules)}]}]}


def forward(priority: int | str = "default", *patterns: str, **weights: int) -> dict[str, Any]:
    return {"priority": priority, "path_patterns": list(patterns), "forward": weights}


class Driven:
    """A region of the data plane, driven by a test: `async with Driven() as region`."""

    def __init__(self, rate: float = 0, entrances: Sequence[str] = ("api-prod",)):
        self.rate, self.entrances = rate, entrances

    async def __aenter__(self) -> "Driven":
        self.region = Region("us-east-1", lambda: self.rate, lambda: self.entrances)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.region.close()
        await asyncio.sleep(0)

    async def apply(self, state: Mapping[str, Any]) -> None:
        """Returns when everything listens."""
        self.region.apply(state)
        ports = {group["port"] for group in state["target_groups"]}
        while not (all(one.listens_on(ports) for one in self.region.instances.values())
                   and all(balancer.address for balancer in self.region.balancers.values())):
            await asyncio.sleep(0.005)

    async def get(self, target: str = "/home?device=tv") -> Answer:
        return await self.send(target)

    def send(self, target: str = "/home?device=tv") -> "asyncio.Future[Answer]":
        """A request that is on its way when this returns."""
        (balancer,) = self.region.balancers.values()
        pool, answer = Pool(*balancer.address), asyncio.get_running_loop().create_future()
        pool.ask(Request(b"GET", target.encode(), [(b"Host", b"api")], b"").raw(), 5, answer.set_result)
        return answer
