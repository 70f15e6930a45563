"""AMIs: a name is used once a region, making one takes time, tags are kept, and it carries the disk it was made of."""

from typing import Any

from moto.ec2.exceptions import EC2ClientError, InvalidAMIIdError
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.amis import Ami
from moto.ec2.responses.amis import AmisResponse

from include.local_cloud.control.patching import patched
from include.local_cloud.control.world import Disk, Region, here


@patched(EC2Backend, "create_image", "stock: available at once, a name twice, nothing on its disk, no snapshot tags")
def create_image(original: Any, self: EC2Backend, instance_id: str, name: str, *rest: Any, **more: Any) -> Ami:
    _name_is_free(self, name)
    instance = self.get_instance(instance_id)
    if instance.state not in ("running", "stopped"):
        raise EC2ClientError("IncorrectState", f"Instance is not in state 'running' or 'stopped': {instance.state}")
    asked = more.pop("tag_specifications", ())
    image = original(self, instance_id, name, *rest, **more,
                     tag_specifications=[tags for tags in asked if tags["ResourceType"] != "snapshot"])
    image.ebs_snapshot.add_tags({tag["Key"]: tag["Value"] for tags in asked if tags["ResourceType"] == "snapshot"
                                 for tag in tags["Tags"]})
    return pending(self, image, instance.life.disk, here().durations.image)


@patched(EC2Backend, "copy_image", "stock: available at once, and a copy of an image that is not there yet")
def copy_image(original: Any, self: EC2Backend, source_image_id: str, source_region: str, name: str | None = None,
               *rest: Any, **more: Any) -> Ami:
    source = ec2_backends[self.account_id][source_region].amis.get(source_image_id)
    if source is None:
        raise InvalidAMIIdError([source_image_id])
    if source.state != "available":
        raise EC2ClientError("InvalidAMIID.Unavailable", f"The image ID '{source_image_id}' is {source.state}")
    _name_is_free(self, name or source.name)
    image = original(self, source_image_id, source_region, name, *rest, **more)
    return pending(self, image, here().region(source_region).disks.get(source_image_id), here().durations.copy)


@patched(EC2Backend, "register_image", "stock: a name twice")
def register_image(original: Any, self: EC2Backend, name: str | None = None, *rest: Any, **more: Any) -> Ami:
    _name_is_free(self, name)
    return original(self, name, *rest, **more)


@patched(AmisResponse, "register_image", "stock: drops the tags and the architecture")
def register_image_tags(original: Any, self: AmisResponse) -> Any:
    answer = original(self)
    self.ec2_backend.amis[answer._result["ImageId"]].architecture = self._get_param("Architecture", "x86_64")
    return _tagged(self, answer, {})


@patched(AmisResponse, "copy_image", "stock: drops the tags, asked for or copied")
def copy_image_tags(original: Any, self: AmisResponse) -> Any:
    answer, copied = original(self), {}
    if self._get_bool_param("CopyImageTags", False):
        source = ec2_backends[self.current_account][self._get_param("SourceRegion")]
        copied = {tag["key"]: tag["value"] for tag in source.amis[self._get_param("SourceImageId")].get_tags()}
    return _tagged(self, answer, copied)


def _tagged(response: AmisResponse, answer: Any, tags: dict[str, str]) -> Any:
    asked, image = response._parse_tag_specification(), response.ec2_backend.amis[answer._result["ImageId"]]
    image.add_tags({**tags, **asked.get("image", {})})
    image.ebs_snapshot.add_tags(asked.get("snapshot", {}))
    return answer


def _name_is_free(backend: EC2Backend, name: str | None) -> None:
    taken = next((image for image in backend.amis.values() if image.name == name), None)
    if taken is not None:
        raise EC2ClientError("InvalidAMIName.Duplicate", f"AMI name {name} is already in use by AMI {taken.id}")


def pending(backend: EC2Backend, image: Ami, disk: Disk | None, seconds: float) -> Ami:
    world = here()
    image.state, image.available_at = "pending", world.now() + world.lasts(seconds)
    if disk is not None:
        world.region(backend.region_name).disks[image.id] = disk
    return image


def reconcile(region: Region, now: float) -> None:
    for image in list(region.ec2.amis.values()):
        if image.state == "pending" and now >= image.available_at:
            image.state = "available"
