"""What is running, as the terminal shows it: the local cloud's state, turned into groups with lights. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# The light of an instance: what its viewers would notice of it.
LAUNCHING, HEALTHY, UNHEALTHY = "launching", "healthy", "unhealthy"
DRAINING, IDLE, LEAVING = "draining", "idle", "leaving"
_GONE = {"stopped", "terminated"}
_LIGHTS = {"initial": LAUNCHING, "healthy": HEALTHY, "unhealthy": UNHEALTHY, "draining": DRAINING}


@dataclass(frozen=True)
class Group:
    """One ASG: red while any of its instances is a target, else black. `share` is its part of the traffic, 0 to 1."""

    name: str
    commit: str
    colour: str
    share: float
    lights: tuple[str, ...]

    @property
    def healthy(self) -> int:
        return self.lights.count(HEALTHY)


@dataclass(frozen=True)
class Served:
    """Requests since the start. `canary_*` are those that the load balancer gave to the canary's target group."""

    requests: int = 0
    failed: int = 0
    canary_requests: int = 0
    canary_failed: int = 0
    per_second: float = 0

    @property
    def failed_outside(self) -> int:
        """Failed outside the canary's share."""
        return self.failed - self.canary_failed


def groups(region: Mapping[str, Any], cluster: str) -> list[Group]:
    """The cluster's ASGs in one region of the control plane's state, by name; builders belong to none."""
    targets = {target["instance"]: (group["arn"], target["state"])
               for group in region["target_groups"] for target in group["targets"]}
    shares = _shares(region, cluster, targets)
    members: dict[str, list[Mapping[str, Any]]] = {}
    for instance in region["instances"]:
        if (instance["asg"] or "").startswith(f"{cluster}-") and instance["state"] not in _GONE:
            members.setdefault(instance["asg"], []).append(instance)
    return [_group(name, found, targets, shares) for name, found in sorted(members.items())]


def builders(region: Mapping[str, Any]) -> int:
    """Instances that are building an AMI."""
    return sum(not instance.get("asg") and instance["state"] not in _GONE for instance in region["instances"])


def _group(name: str, members: Iterable[Mapping[str, Any]], targets: Mapping[str, tuple[str, str]],
           shares: Mapping[str, float]) -> Group:
    members = sorted(members, key=lambda instance: (instance["launched"], instance["id"]))
    commits = {instance["commit"] for instance in members if instance.get("commit")}
    lights = tuple(_light(instance, targets.get(instance["id"], ("", ""))[1]) for instance in members)
    registered = any(light in {LAUNCHING, HEALTHY, UNHEALTHY} and instance["id"] in targets
                     for light, instance in zip(lights, members, strict=True))
    return Group(name, "/".join(sorted(commits)), "red" if registered else "black",
                 sum(shares.get(instance["id"], 0) for instance in members), lights)


def _light(instance: Mapping[str, Any], target: str) -> str:
    if instance["state"] == "pending":
        return LAUNCHING
    if target in _LIGHTS:
        return _LIGHTS[target]
    return IDLE if instance["state"] == "running" else LEAVING


def _shares(region: Mapping[str, Any], cluster: str, targets: Mapping[str, tuple[str, str]]) -> dict[str, float]:
    """Instance to its part of the traffic, by the weights of the default rule of the cluster's load balancer and the
    healthy targets."""
    forward = next((rule["forward"] for balancer in region["load_balancers"] if balancer["name"] == cluster
                    for listener in balancer["listeners"] for rule in listener["rules"]
                    if rule["priority"] == "default"), {})
    total = sum(forward.values())
    shares: dict[str, float] = {}
    for arn, weight in forward.items():
        healthy = [instance for instance, (group, state) in targets.items() if group == arn and state == "healthy"]
        shares |= {instance: weight / total / len(healthy) for instance in healthy if total}
    return shares
