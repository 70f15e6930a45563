"""The JSON API under /serin/: what the data plane reads and posts, and the faults."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from moto.core.exceptions import ServiceException
from pydantic import BaseModel, ConfigDict, ValidationError

from include.domain.errors import BadInput
from include.local_cloud.control import limits, machines, target_health
from include.local_cloud.control.builder import read_disk
from include.local_cloud.control.faults import Fault
from include.local_cloud.control.state import State
from include.local_cloud.control.world import World

LONGEST_WAIT = 30.0
Reply = tuple[int, list[tuple[str, str]], bytes]


class Refused(Exception):
    """A sentence for HTTP 4xx."""

    def __init__(self, status: int, words: str):
        super().__init__(words)
        self.status = status


class CarriedBy(BaseModel):
    """POST /serin/disks: what an AMI carries."""

    model_config = ConfigDict(extra="forbid")
    region: str
    ami: str
    repository: str
    commit: str


class Api:
    def __init__(self, world: World, state: State):
        self._world, self._state = world, state
        self._routes: dict[tuple[str, str], Callable[..., Any]] = {
            ("GET", "identity"): self._identity, ("GET", "state"): self._get_state, ("POST", "health"): self._health,
            ("POST", "disks"): self._disks, ("POST", "load"): self._load, ("GET", "faults"): self._faults,
            ("POST", "faults"): self._place, ("DELETE", "faults"): self._lift, ("POST", "instances"): self._kill,
            ("POST", "limits"): self._limits,
        }

    def answer(self, environ: dict[str, Any], body: bytes) -> Reply:
        first, *rest = environ["PATH_INFO"].removeprefix("/serin/").strip("/").split("/")
        route = self._routes.get((environ["REQUEST_METHOD"], first))
        try:
            if route is None:
                raise Refused(404, f"{environ['REQUEST_METHOD']} /serin/{first} is not there; there are: "
                                   + ", ".join(f"{verb} /serin/{name}" for verb, name in self._routes))
            query = {key: values[0] for key, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
            return _json(200, route(rest, query, json.loads(body or b"{}")))
        except Refused as refused:
            return _json(refused.status, {"error": str(refused)})
        except ServiceException as unknown:
            return _json(404, {"error": unknown.message})
        except (ValidationError, ValueError, TypeError, AttributeError, BadInput) as wrong:
            return _json(400, {"error": str(wrong)})

    def _identity(self, *_: Any) -> dict[str, Any]:
        world = self._world
        return {"identity": world.identity, "network": world.network, "cloud_scale": world.durations.scale,
                "ticks": world.ticks}

    def _get_state(self, _: Any, query: dict[str, str], __: Any) -> dict[str, Any]:
        return self._state.after(int(query.get("after", 0)), min(float(query.get("wait", 0)), LONGEST_WAIT))

    def _health(self, _: Any, __: Any, found: dict[str, dict[str, dict[str, dict[str, str]]]]) -> dict[str, Any]:
        taken = 0
        with self._world.lock:
            for region, groups in found.items():
                for arn, targets in groups.items():
                    for instance, said in targets.items():
                        taken += self._judge(region, arn, instance, said)
            self._state.refresh()
        return {"taken": taken}

    def _judge(self, region: str, arn: str, instance: str, said: dict[str, str]) -> bool:
        if said["state"] not in ("healthy", "unhealthy"):
            raise Refused(400, f"state of {instance}: {said['state']!r} is neither healthy nor unhealthy")
        return target_health.judge(self._world.region(region), arn, instance, said["state"], said.get("reason", ""))

    def _disks(self, _: Any, __: Any, told: dict[str, Any]) -> dict[str, Any]:
        carried = CarriedBy(**told)
        disk = read_disk(carried.repository, carried.commit)
        with self._world.lock:
            region = self._world.region(carried.region)
            if carried.ami not in region.ec2.amis:
                raise Refused(404, f"{carried.ami} is no AMI of {carried.region}")
            region.disks[carried.ami] = disk
        return {"commit": disk.commit, "behaviour": disk.behaviour}

    def _load(self, _: Any, __: Any, found: dict[str, dict[str, dict[str, float]]]) -> dict[str, Any]:
        """What target tracking follows: {region: {asg: {"requests_per_target": a minute, "cpu_percent": 0–100}}}."""
        with self._world.lock:
            for region, loads in found.items():
                self._world.region(region).loads.update(loads)
        return {}

    def _limits(self, _: Any, __: Any, told: dict[str, dict[str, int]]) -> dict[str, Any]:
        """What the account may have: {region: {"targets-per-application-load-balancer": 40}}."""
        with self._world.lock:
            for region, given in told.items():
                limits.raised(region, given)
            return {"limits": self._world.limits}

    def _faults(self, *_: Any) -> dict[str, Any]:
        with self._world.lock:
            return {"faults": self._world.faults.shown(self._world.now()), "hits": self._world.faults.hits()}

    def _place(self, _: Any, __: Any, told: dict[str, Any]) -> dict[str, Any]:
        fault = Fault(**told)
        with self._world.lock:
            return self._world.faults.place(fault)

    def _lift(self, rest: list[str], *_: Any) -> dict[str, Any]:
        with self._world.lock:
            lifted = self._world.faults.lift(rest[0] if rest else None)
        if rest and not lifted:
            raise Refused(404, f"{rest[0]} is no fault in force")
        return {"lifted": lifted}

    def _kill(self, rest: list[str], *_: Any) -> dict[str, Any]:
        if len(rest) != 2 or rest[1] != "kill":
            raise Refused(404, "it is POST /serin/instances/<id>/kill")
        with self._world.lock:
            for region in self._world.regions.values():
                if region.ec2.get_instance_by_id(rest[0]) is not None:
                    machines.kill(region, rest[0])
                    self._state.refresh()
                    return {"killed": rest[0], "region": region.name}
        raise Refused(404, f"{rest[0]} is no instance of any region")


def _json(status: int, value: Any) -> Reply:
    return status, [("Content-Type", "application/json")], json.dumps(value).encode()
