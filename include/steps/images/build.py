"""A commit becomes an AMI, once."""

from dataclasses import replace

from include.domain.errors import BadInput
from include.domain.looks import Look, Wait
from include.domain.push import Push
from include.domain.service import Service
from include.domain.veto import must_not_be_vetoed
from include.ports import Images


def build_ami(push: Push, service: Service, look: Look, images: Images) -> Push | Wait:
    """The push with its AMI, which every region has: the one that was asked for, of its commit, or a new one."""
    if push.ami:
        image = images.named(push.ami)
        if image is None:
            raise BadInput(f"there is no AMI {push.ami!r} of {push.service}")
    else:
        image = images.find(push.commit) or images.build(push.commit, push.branch, look)
    if isinstance(image, Wait):
        return image
    must_not_be_vetoed(image.name, image.veto, service.service)
    missing = [here.region for here in service.environments[push.environment].regions if here.region not in image.ids]
    if missing:
        raise BadInput(f"AMI {image.name!r} is not in {', '.join(missing)}: copy it there, or push its commit")
    return replace(push, ami=image.name, commit=push.commit or image.commit, branch=push.branch or image.branch)
