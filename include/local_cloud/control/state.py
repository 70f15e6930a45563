"""What the data plane needs to know, as one value with a version that grows with every change."""

import threading
from typing import Any

from moto.ec2.models.instances import Instance
from moto.elbv2.models import FakeListener, FakeTargetGroup

from include.local_cloud.control import machines
from include.local_cloud.control.world import Region, World, here

CHECKED = ("initial", "healthy", "unhealthy", "draining")
SHORTEST_INTERVAL, SHORTEST_TIMEOUT = 0.1, 1.0


class State:
    """`refresh` under the world's lock; `after` waits outside it."""

    def __init__(self, world: World):
        self._world = world
        self._changed = threading.Condition()
        self._version, self._regions = 1, {}

    def refresh(self) -> None:
        regions = {region.name: _region(region) for region in self._world.regions.values()}
        with self._changed:
            if regions != self._regions:
                self._version, self._regions = self._version + 1, regions
                self._changed.notify_all()

    def after(self, version: int, wait: float) -> dict[str, Any]:
        """The state, once it is newer than `version` or the wait is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._version > version, wait)
            return {"version": self._version, "now": self._world.now(), "regions": self._regions}


def _region(region: Region) -> dict[str, Any]:
    return {
        "instances": [_instance(instance) for instance in machines.instances(region)],
        "target_groups": [_target_group(group) for group in region.elbv2.target_groups.values()],
        "load_balancers": [
            {"arn": balancer.arn, "name": balancer.name,
             "listeners": [_listener(listener) for listener in balancer.listeners.values()]}
            for balancer in region.elbv2.load_balancers.values()],
    }


def _instance(instance: Instance) -> dict[str, Any]:
    life = instance.life
    return {"id": instance.id, "ip": instance.private_ip, "asg": life.asg,
            "ami": instance.image_id, "commit": life.disk.commit if life.disk else "", "state": instance.state,
            "launched": life.launched, "behaviour": life.behaviour}


def _target_group(group: FakeTargetGroup) -> dict[str, Any]:
    interval, timeout = (here().lasts(float(s)) for s in (group.health_check_interval_seconds,
                                                         group.health_check_timeout_seconds))
    used = bool(group.load_balancer_arns)
    return {"arn": group.arn, "name": group.name, "port": int(group.port or 0),
            "health_check": {"path": group.health_check_path or "/", "interval": max(interval, SHORTEST_INTERVAL),
                             "timeout": max(timeout, SHORTEST_TIMEOUT),
                             "healthy_threshold": int(group.healthy_threshold_count),
                             "unhealthy_threshold": int(group.unhealthy_threshold_count)},
            "targets": [{"instance": entry["Id"], "state": entry["State"]} for entry in group.targets.values()
                        if used or entry["State"] == "draining"]}


def _listener(listener: FakeListener) -> dict[str, Any]:
    rules = sorted(listener.rules.values(), key=lambda rule: (rule.is_default, rule.is_default or int(rule.priority)))
    return {"arn": listener.arn, "port": int(listener.port), "rules": [_rule(rule) for rule in rules]}


def _rule(rule: Any) -> dict[str, Any]:
    paths = [value for condition in rule.conditions if condition.get("Field") == "path-pattern"
             for value in condition.get("PathPatternConfig", condition).get("Values", [])]
    forward: dict[str, int] = {}
    for action in rule.actions:
        for group in action.data.get("ForwardConfig", {}).get("TargetGroups", []):
            forward[group["TargetGroupArn"]] = int(group["Weight"])
    return {"priority": rule.priority if rule.priority == "default" else int(rule.priority),
            "path_patterns": paths, "forward": forward}
