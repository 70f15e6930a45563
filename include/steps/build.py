"""A commit becomes an AMI, once."""

from dataclasses import replace

from include.domain.errors import BadInput
from include.domain.looks import Look, Wait
from include.domain.push import Push
from include.ports import Images


def build_ami(push: Push, look: Look, images: Images) -> Push | Wait:
    """The push with its AMI: the one that was asked for, the one of its commit, or a new one."""
    if push.ami:
        image = images.named(push.ami)
        if image is None:
            raise BadInput(f"there is no AMI {push.ami!r} of {push.service}")
    else:
        image = images.find(push.commit) or images.build(push.commit, push.branch, look)
    if isinstance(image, Wait):
        return image
    return replace(push, ami=image.name, commit=push.commit or image.commit, branch=push.branch or image.branch)
