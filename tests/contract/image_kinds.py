"""Each kind of `Images` on the local cloud, with whoever makes the AMIs there."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from include.adapters.images.codebuild import CodeBuildImages
from include.adapters.images.ec2 import Ec2Images
from include.adapters.images.tagged import TaggedImages
from include.domain.looks import Look, Wait
from include.domain.service import Service
from include.ports import Image
from tests.adapters.cloud import REGION, Session

REGIONS = (REGION, "us-west-2")


def declared(repository: Path, name: str = "", **build: Any) -> Service:
    return Service.model_validate({
        "service": name or f"api{uuid4().hex[:8]}", "repository": str(repository), "build": build,
        "environments": {"prod": {"connection": "aws", "regions": [
            {"region": REGION, "markets": ["us"], "load_balancer": "x", "target_group": "x"}]}},
        "canary": {"region": REGION}, "metrics": {"connection": "m"},
        "archive": {"connection": "aws", "bucket": "b", "region": REGION}})


def images_of(kind: str, endpoint: str, repository: Path) -> Any:
    sessions = {region: Session(endpoint, region) for region in REGIONS}
    if kind == "tagged":
        service = declared(repository, kind="tagged", commit_tag="ci:sha")
        return MadeByCi(TaggedImages(sessions, service, service.build), sessions)
    if kind == "codebuild":
        service = declared(repository, kind="codebuild", project=project(sessions[REGION], repository))
        return CodeBuildImages(sessions, service, service.build, REGION, sessions[REGION])
    base = f"base-{uuid4().hex}"
    register(sessions[REGION], base)
    service = declared(repository, base_ami=base)
    return Ec2Images(sessions, service, service.build, REGION)


def register(session: Session, name: str, **tags: str) -> str:
    ec2 = session.client("ec2")
    ami = ec2.register_image(Name=name, Architecture="arm64", RootDeviceName="/dev/sda1")["ImageId"]
    if tags:
        ec2.create_tags(Resources=[ami], Tags=[{"Key": key, "Value": value} for key, value in tags.items()])
    return ami


def project(session: Session, repository: Path, source: str = "GITHUB") -> str:
    """A CodeBuild project that builds the repository."""
    name = f"api-{uuid4().hex[:8]}"
    session.client("codebuild").create_project(
        name=name, source={"type": source, "location": str(repository)}, artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "ARM_CONTAINER", "image": "x", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole="arn:aws:iam::123456789012:role/builder")
    return name


class MadeByCi:
    """The team's CI: at each look of ours it has registered the AMI in one more region."""

    def __init__(self, images: TaggedImages, sessions: Mapping[str, Session]) -> None:
        self._images, self._waits = images, iter(["", *sessions])
        self._sessions = sessions

    def build(self, commit: str, branch: str, look: Look) -> Image | Wait:
        region = next(self._waits, "")
        if region:
            register(self._sessions[region], f"nightly/api-{commit[:12]}",
                     **{"ci:sha": commit, "serin:branch": branch, "serin:build-url": "https://ci/7"})
        return self._images.build(commit, branch, look)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._images, name)
