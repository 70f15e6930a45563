"""EC2 instances take time: pending → running, stopping → stopped, shutting-down → terminated; and they can die."""

from dataclasses import dataclass, field
from typing import Any

from moto.ec2.exceptions import EC2ClientError, InvalidAMIIdError, InvalidInstanceIdError
from moto.ec2.models import EC2Backend
from moto.ec2.models.instances import Instance, InstanceState, StateReason
from moto.ec2.responses.general import General
from moto.ec2.utils import Base64EncodedString

from include.local_cloud.control.patching import patched
from include.local_cloud.control.world import Disk, Region, here

ASG_TAG = "aws:autoscaling:groupName"
CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}


@dataclass
class Life:
    """What an instance carries and where it is on its way."""

    asg: str
    launched: float
    disk: Disk | None
    turns: str = ""                       # the state it is on its way to
    turns_at: float = 0
    builds_at: float | None = None        # when its installer is done, for a builder
    never_healthy: bool = False
    died: bool = False                    # killed, where the others are told of a shut down
    console: list[str] = field(default_factory=list)

    @property
    def behaviour(self) -> dict[str, Any] | None:
        if self.never_healthy:
            return {**(self.disk.behaviour if self.disk else {}), "starts": False}
        return self.disk.behaviour if self.disk else None

    @property
    def starts(self) -> bool:
        return bool((self.behaviour or {}).get("starts", True))


def begin(instance: Instance, state: str, then: str, seconds: float) -> None:
    """Into a state that passes: `then` comes after so many AWS seconds."""
    enter(instance, state)
    instance.life.turns, instance.life.turns_at = then, here().now() + here().lasts(seconds)


def enter(instance: Instance, state: str) -> None:
    instance._state.name, instance._state.code = state, CODES[state]
    instance.life.turns = ""


@patched(EC2Backend, "run_instances", "stock: running at once, on any image id, whatever the capacity")
def run_instances(original: Any, self: EC2Backend, image_id: str, count: int, user_data: Any, security_groups: Any,
                  **rest: Any) -> Any:
    world, template = here(), rest.get("launch_template")
    image_id = image_id or (self._get_template_from_args(template).image_id if template else "")
    image = self.amis.get(image_id)
    if image is None:
        raise InvalidAMIIdError([image_id])
    if image.state != "available":
        raise EC2ClientError("InvalidAMIID.Unavailable", f"The image ID '{image_id}' is not available")
    subnet = self.get_subnet(rest["subnet_id"]) if rest.get("subnet_id") else None
    zone = subnet.availability_zone if subnet else (rest.get("placement") or f"{self.region_name}a")
    asg = rest.get("tags", {}).get("instance", {}).get(ASG_TAG, "")
    if world.faults.strikes("no_capacity", world.now(), region=self.region_name, asg=asg, zone=zone):
        raise EC2ClientError("InsufficientInstanceCapacity", no_capacity(rest.get("instance_type", ""), zone))
    reservation = original(self, image_id, count, user_data, security_groups, **rest)
    for instance in reservation.instances:
        _by_id(self)[instance.id] = instance
        instance.life = Life(asg, world.now(), world.region(self.region_name).disks.get(image_id))
        begin(instance, "pending", "running", world.durations.boot)
        if world.faults.strikes("never_healthy", world.now(), region=self.region_name, asg=asg):
            instance.life.never_healthy = True
    return reservation


def _by_id(backend: EC2Backend) -> dict[str, Instance]:
    """All instances that are described; only `run_instances` makes them, and `reconcile` forgets them."""
    return backend.__dict__.setdefault("serin_instances", {})


@patched(EC2Backend, "get_instance_by_id", "stock: copies every reservation, for each target that is described")
def get_instance_by_id(original: Any, self: EC2Backend, instance_id: str) -> Instance | None:
    return _by_id(self).get(instance_id)


@patched(EC2Backend, "get_instance", "stock: the same")
def get_instance(original: Any, self: EC2Backend, instance_id: str) -> Instance:
    """One that is just being made is not known by its id yet: it is the newest."""
    found = _by_id(self).get(instance_id) or next(
        (i for reservation in reversed(self.reservations.values()) for i in reservation.instances
         if i.id == instance_id), None)
    if found is None:
        raise InvalidInstanceIdError(instance_id)
    return found


def no_capacity(instance_type: str, zone: str) -> str:
    return (f"We currently do not have sufficient {instance_type} capacity in the Availability Zone you requested "
            f"({zone}). Our system will be working on provisioning additional capacity.")


@patched(Instance, "start", "stock: running at once")
def start(original: Any, self: Instance) -> Any:
    if self.state in ("pending", "running"):
        return _as_it_is(self)
    if self.state != "stopped":
        raise EC2ClientError("IncorrectInstanceState", f"The instance '{self.id}' is not in a state from which it "
                                                       f"can be started: {self.state}")
    previous = original(self)
    begin(self, "pending", "running", here().durations.boot)
    return previous


def _as_it_is(instance: Instance) -> InstanceState:
    return InstanceState(instance.state, instance.state_code)


@patched(Instance, "stop", "stock: stopped at once")
def stop(original: Any, self: Instance) -> Any:
    if self.state in ("terminated", "shutting-down"):
        raise EC2ClientError("IncorrectInstanceState", f"The instance '{self.id}' is {self.state}")
    if self.state in ("stopping", "stopped"):
        return _as_it_is(self)
    previous = original(self)
    begin(self, "stopping", "stopped", here().durations.stop)
    return previous


@patched(Instance, "terminate", "stock: terminated at once")
def terminate(original: Any, self: Instance) -> Any:
    if self.state in ("terminated", "shutting-down"):
        return _as_it_is(self)
    previous = original(self)
    begin(self, "shutting-down", "terminated", here().durations.shut_down)
    return previous


def kill(region: Region, instance_id: str) -> None:
    """It stops answering now, with no word to its balancer or its ASG: they find out by themselves."""
    instance = region.ec2.get_instance(instance_id)
    instance.terminate()
    instance.life.died = True
    instance.state_reason = StateReason("Server.InternalError: the instance died", "Server.InternalError")


@patched(General, "get_console_output", "stock: the same sample for every instance")
def get_console_output(original: Any, self: General) -> Any:
    answer = original(self)
    lines = self.ec2_backend.get_instance(self._get_param("InstanceId")).life.console
    answer._result["Output"] = Base64EncodedString.from_raw_string("".join(f"{line}\n" for line in lines))
    return answer


def reconcile(region: Region, now: float) -> None:
    """Take the turns that are due; forget what has been terminated for long."""
    for reservation in list(region.ec2.reservations.values()):
        for instance in list(reservation.instances):
            life = instance.life
            if life.turns and now >= life.turns_at:
                enter(instance, life.turns)
                _give_addresses_back(region, instance)
            elif instance.state == "terminated" and now >= life.turns_at + here().lasts(
                    here().durations.terminated_kept):
                reservation.instances.remove(instance)
                _by_id(region.ec2).pop(instance.id, None)
        if not reservation.instances:
            del region.ec2.reservations[reservation.id]


def _give_addresses_back(region: Region, instance: Instance) -> None:
    """Stock counts them as taken. Nobody gets them anew: an old connection could end at a new instance."""
    if instance.state == "terminated":
        for interface in instance.nics.values():
            region.ec2.enis.pop(interface.id, None)


def instances(region: Region) -> list[Instance]:
    return [i for reservation in region.ec2.reservations.values() for i in reservation.instances]
