"""Targets: initial until checked, draining for the deregistration delay, unused while no listener forwards to them."""

from typing import Any

from moto.ec2.models.instances import Instance
from moto.elbv2.exceptions import ELBClientError, TargetGroupNotFoundError, TargetNotRunning
from moto.elbv2.models import ELBv2Backend, FakeHealthStatus, FakeTargetGroup

from include.local_cloud.control import machines
from include.local_cloud.control.patching import patched
from include.local_cloud.control.world import Region, here

SAID = {
    "healthy": (None, None),
    "initial": ("Elb.RegistrationInProgress", "Target registration is in progress"),
    "unhealthy": ("Target.FailedHealthChecks", "Health checks failed"),
    "draining": ("Target.DeregistrationInProgress", "Target deregistration is in progress"),
}
NOT_REGISTERED = ("unused", "Target.NotRegistered", "Target is not registered to the target group")
NOT_IN_USE = ("unused", "Target.NotInUse", "Target group is not configured to receive traffic from the load balancer")
STOPPED = ("unused", "Target.InvalidState", "Target is in the stopped state")


@patched(FakeTargetGroup, "register", "stock: healthy at once, and takes instances that do not exist")
def register(original: Any, self: FakeTargetGroup, targets: list[dict[str, Any]]) -> None:
    _must_exist(self, targets)
    still = [target["Id"] for target in targets if self.ec2_backend.get_instance(target["Id"]).state != "running"]
    if still:
        raise TargetNotRunning("', '".join(still))
    for target in targets:
        entry = self.targets.get(target["Id"])
        if entry is None or entry["State"] == "draining":
            self.targets[target["Id"]] = {"Id": target["Id"], "Port": target.get("Port") or self.port,
                                          "State": "initial", "Since": here().now()}


@patched(FakeTargetGroup, "deregister", "stock: gone at once")
def deregister(original: Any, self: FakeTargetGroup, targets: list[dict[str, Any]]) -> None:
    _must_exist(self, [target for target in targets if target["Id"] not in self.targets])
    for target in targets:
        drain(self, target["Id"])


def _must_exist(group: FakeTargetGroup, targets: list[dict[str, Any]]) -> None:
    strange = [target["Id"] for target in targets if group.ec2_backend.get_instance_by_id(target["Id"]) is None]
    if strange:
        raise ELBClientError("InvalidTarget", "The following targets do not exist: " + ", ".join(map(repr, strange)))


def drain(group: FakeTargetGroup, instance_id: str) -> None:
    """Take it out, after the delay; one that is not registered is no error, as on AWS."""
    entry = group.targets.get(instance_id)
    if entry is None or entry["State"] == "draining":
        return
    delay = here().lasts(int(group.attributes["deregistration_delay.timeout_seconds"]))
    if not group.load_balancer_arns or delay <= 0:
        del group.targets[instance_id]
    else:
        entry.update(State="draining", Since=here().now(), Until=here().now() + delay)


@patched(FakeTargetGroup, "deregister_terminated_instances", "stock: a ghost that drains for ever")
def deregister_terminated_instances(original: Any, self: FakeTargetGroup, instance_ids: list[str]) -> None:
    for instance_id in instance_ids:
        drain(self, instance_id)


@patched(FakeTargetGroup, "health_for", "stock: whatever is registered is healthy")
def health_for(original: Any, self: FakeTargetGroup, target: dict[str, Any], ec2_backend: Any) -> FakeHealthStatus:
    entry = self.targets.get(target["Id"])
    port = str((entry or target).get("Port") or self.port)
    return FakeHealthStatus(target["Id"], port, self.health_check_port, *_spoken(self, entry, ec2_backend))


def _spoken(group: FakeTargetGroup, entry: dict[str, Any] | None, ec2: Any) -> tuple[str, str | None, str | None]:
    if entry is None:
        return NOT_REGISTERED
    if entry["State"] == "draining":
        return "draining", *SAID["draining"]
    if not group.load_balancer_arns:
        return NOT_IN_USE
    instance = ec2.get_instance_by_id(entry["Id"])
    if instance is not None and instance.state in ("stopping", "stopped"):
        return STOPPED
    reason, words = SAID[entry["State"]]
    return entry["State"], entry.get("Reason") or reason, entry.get("Words") or words


def judge(region: Region, arn: str, instance_id: str, state: str, words: str) -> bool:
    """What a health check found; False when there is no such target to be checked."""
    group = region.elbv2.target_groups.get(arn)
    entry = group.targets.get(instance_id) if group else None
    if entry is None or not group.load_balancer_arns or entry["State"] == "draining":
        return False
    if state == "healthy" and region.ec2.get_instance(instance_id).life.never_healthy:
        state, words = "unhealthy", "Connection refused"
    if entry["State"] != state:
        entry.update(State=state, Since=here().now())
    unhealthy = state == "unhealthy"
    entry.update(Reason="Target.FailedHealthChecks" if unhealthy else None, Words=words if unhealthy else None)
    return True


def put_in_use(backend: ELBv2Backend) -> None:
    """Say which target groups a listener forwards to; one that comes into use begins to be checked."""
    users: dict[str, list[str]] = {}
    for balancer in backend.load_balancers.values():
        for listener in balancer.listeners.values():
            for rule in listener.rules.values():
                for action in rule.actions:
                    for arn in backend._get_target_group_arns_from(action_data=action.data):
                        users.setdefault(arn, []).append(balancer.arn)
    for group in backend.target_groups.values():
        was, group.load_balancer_arns = group.load_balancer_arns, sorted(set(users.get(group.arn, [])))
        for entry in group.targets.values():
            if bool(was) != bool(group.load_balancer_arns) and entry["State"] != "draining":
                entry.update(State="initial", Since=here().now())


def reconcile(region: Region, now: float) -> None:
    there = {instance.id: instance for instance in machines.instances(region)}
    for group in region.elbv2.target_groups.values():
        for entry in list(group.targets.values()):
            instance = there.get(entry["Id"])
            drained = entry["State"] == "draining" and now >= entry["Until"]
            if drained or instance is None or instance.state == "terminated":
                del group.targets[entry["Id"]]
            elif instance.state == "shutting-down" and not instance.life.died:
                drain(group, entry["Id"])
            elif here().assume_healthy and entry["State"] != "draining":
                _assume(region, group, entry, instance, now)


def _assume(region: Region, group: FakeTargetGroup, entry: dict[str, Any], instance: Instance, now: float) -> None:
    """Without a data plane, an instance that runs and whose commit starts is healthy after its checks' time."""
    checks = int(group.healthy_threshold_count) * int(group.health_check_interval_seconds)
    if entry["State"] == "initial" and now - entry["Since"] >= here().lasts(checks):
        state = "healthy" if instance.life.starts else "unhealthy"
        judge(region, group.arn, entry["Id"], state, "Connection refused")


@patched(ELBv2Backend, "describe_target_health", "stock: a target group that does not exist is an empty one")
def describe_target_health(original: Any, self: ELBv2Backend, target_group_arn: str, targets: Any) -> Any:
    if target_group_arn not in self.target_groups:
        raise TargetGroupNotFoundError
    return original(self, target_group_arn, targets)
