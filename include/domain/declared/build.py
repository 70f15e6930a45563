"""How a service's commits become AMIs, one class for each kind, as it declares it."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from include.domain.settings import Settings

Account = Annotated[str, Field(pattern=r"^\d{12}$")]
TagKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:/=+@-]+$", max_length=127)]


class Building(Settings):
    """What every kind has. With `connection` AMIs are made, found and vetoed: a role of its own in prod's account; ""
    is prod's."""

    connection: str = ""
    limit_minutes: Annotated[float, Field(gt=0)] = 45


class Ec2Build(Building):
    """A builder instance of the base AMI. `install` runs on it, and it must power off when it is done. `share_with`: 19
    ids of accounts fit into the tag that says so. With `kms_key` the AMI is encrypted, in each region with the key that
    has this alias there."""

    kind: Literal["ec2"] = "ec2"
    base_ami: str
    instance_type: str = "c7g.large"
    subnet_tag: str = "serin:build"
    install: tuple[str, ...] = ("/usr/local/bin/serin-install",)
    share_with: Annotated[tuple[Account, ...], Field(max_length=19)] = ()
    kms_key: Annotated[str, Field(pattern=r"^(alias/[A-Za-z0-9/_-]+)?$", max_length=256)] = ""


class TaggedBuild(Building):
    """The team's own CI makes the AMI, and tags it with the full hash of its commit in every region."""

    kind: Literal["tagged"] = "tagged"
    commit_tag: TagKey = "serin:commit"


class CodeBuildBuild(TaggedBuild):
    """The same, by a CodeBuild project that is started for each commit; "" is the first region of prod."""

    kind: Literal["codebuild"] = "codebuild"  # type: ignore[assignment]
    project: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]+$", max_length=150)]
    region: Annotated[str, Field(pattern=r"^([a-z]{2}(-[a-z]+)+-\d)?$")] = ""


def _with_kind(value: Any) -> Any:
    return {"kind": "ec2", **value} if isinstance(value, dict) else value


Build = Annotated[Ec2Build | TaggedBuild | CodeBuildBuild, Field(discriminator="kind"), BeforeValidator(_with_kind)]
