"""How a service's commits become AMIs, as it declares it."""

from typing import Annotated, Literal

from pydantic import Field

from include.domain.settings import Settings


class Build(Settings):
    """How a commit becomes an AMI. `install` runs on the builder instance, which must power off when it is done."""

    kind: Literal["ec2"] = "ec2"
    base_ami: str
    instance_type: str = "c7g.large"
    subnet_tag: str = "serin:build"
    install: tuple[str, ...] = ("/usr/local/bin/serin-install",)
    limit_minutes: Annotated[float, Field(gt=0)] = 45
