"""Commits to AMIs through EC2's own calls, as the port `Images`.

A commit's AMI is found by its name; the tags are written last in each region, so an AMI that has them is finished and
left nothing behind. Each `build` looks from the top and goes at most one step further:
builder instance → it powers itself off → image → copies → tags.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from include.adapters.aws import Aws, Session, tag_list, tag_map
from include.adapters.images.ec2_builder import LOOK_EVERY_MINUTES, Builder
from include.domain.errors import BadInput, Final, GaveUp
from include.domain.looks import Look, Wait
from include.domain.service import Service
from include.domain.veto import spoken
from include.ports import Image

COMMIT, BRANCH, SERVICE = "serin:commit", "serin:branch", "serin:service"
BUILD_URL = "serin:build-url"   # the page that shows how the team's CI built it
VETO, VETOED_BY, VETOED_AT = VETO_TAGS = ("serin:veto", "serin:vetoed-by", "serin:vetoed-at")
TAG_LENGTH = 256
BROKEN = {"failed", "error", "invalid"}
Ami = dict[str, Any]


class Ec2Images:
    def __init__(self, sessions: Mapping[str, Session], service: Service, build_region: str) -> None:
        if build_region not in sessions:
            raise BadInput(f"build region {build_region} is none of {', '.join(sessions)}")
        self._regions = {region: Aws(session) for region, session in sessions.items()}
        self._service = service
        self._home = build_region
        self._builder = Builder(self._regions[build_region], service)

    def find(self, commit: str) -> Image | None:
        amis = self._amis(self._name(commit))
        finished = len(amis) == len(self._regions) and all(map(_is_finished, amis.values()))
        return _image(amis) if finished and tag_map(amis[self._home]["Tags"])[COMMIT] == commit else None

    def named(self, name: str) -> Image | None:
        owner = "self"
        if re.fullmatch(r"ami-[0-9a-f]{8,17}", name):
            with_id = self._with_id(name)
            if with_id is None:
                return None
            name, owner = with_id["Name"], with_id.get("OwnerId") or "self"
        amis = {region: ami for region, ami in self._amis(name, owner).items() if ami["State"] == "available"}
        return _image(amis) if amis else None

    def build(self, commit: str, branch: str, look: Look) -> Image | Wait:
        name = self._name(commit)
        amis = self._amis(name)
        self._drop_broken(amis, name)
        home = amis.get(self._home)
        if home is None:
            return self._builder.step(name, commit, look)
        if home["State"] != "available":
            return self._wait(f"{name}: image {home['ImageId']} is {home['State']} in {self._home}", name,
                              _created(home) or look.since, look)
        if tag_map(home.get("Tags")).get(COMMIT, commit) != commit:
            raise BadInput(f"{name} in {self._home} was built from another commit: {tag_map(home['Tags'])[COMMIT]}")
        if not _is_finished(home):
            self._builder.remove(name)
        copying = self._copy(name, home, amis, look)
        tags = self._tag(amis, commit, branch)
        return copying or replace(_image(amis), commit=commit, branch=tags[BRANCH])

    def veto(self, name: str, reason: str, by: str, at: datetime) -> None:
        tags = {VETO: _printable(reason), VETOED_BY: _printable(by), VETOED_AT: at.isoformat(timespec="seconds")}
        for region, ami in self._amis(name).items():
            self._regions[region].call("ec2", "create_tags", f"{ami['ImageId']} in {region}",
                                       Resources=[ami["ImageId"]], Tags=tag_list(tags))

    def lift(self, name: str) -> None:
        for region, ami in self._amis(name).items():
            self._regions[region].call("ec2", "delete_tags", f"{ami['ImageId']} in {region}",
                                       Resources=[ami["ImageId"]], Tags=[{"Key": key} for key in VETO_TAGS])

    def _copy(self, name: str, home: Ami, amis: Mapping[str, Ami], look: Look) -> Wait | None:
        missing = [region for region in self._regions if region not in amis]
        for region in missing:  # the token is this task's: AWS would answer an older one with the copy that failed then
            self._regions[region].call("ec2", "copy_image", f"{name} to {region}", Name=name, SourceRegion=self._home,
                                       none_if=("InvalidAMIName.Duplicate",), SourceImageId=home["ImageId"],
                                       ClientToken=f"{home['ImageId']}-{look.since.timestamp():.0f}")
        if missing:
            return self._wait(f"{name} is being copied to {', '.join(missing)}", name,
                              max(_created(home) or look.since, look.since), look)
        for region, ami in amis.items():
            if ami["State"] != "available":
                return self._wait(f"{name} is being copied to {region}: {ami['ImageId']} is {ami['State']}", name,
                                  _created(ami) or look.since, look)
        return None

    def _tag(self, amis: Mapping[str, Ami], commit: str, branch: str) -> dict[str, str]:
        """Image and snapshots, in every region where the image is available."""
        branch = re.sub(r"[^\w .:/=+@-]", "_", branch, flags=re.ASCII)
        tags = {COMMIT: commit, BRANCH: branch[:256], SERVICE: self._service.service}
        for region, ami in amis.items():
            if ami["State"] != "available" or _is_finished(ami):
                continue
            disks = [mapping["Ebs"]["SnapshotId"] for mapping in ami.get("BlockDeviceMappings", ())
                     if mapping.get("Ebs", {}).get("SnapshotId")]
            self._regions[region].call("ec2", "create_tags", f"{ami['ImageId']} in {region}",
                                       Resources=[*disks, ami["ImageId"]], Tags=tag_list(tags))
        return tags

    def _drop_broken(self, amis: Mapping[str, Ami], name: str) -> None:
        """An image that failed keeps its name taken, and never recovers."""
        broken = {region: ami for region, ami in amis.items() if ami["State"] in BROKEN}
        if not broken:
            return
        self._builder.remove(name)
        for region, ami in broken.items():
            self._regions[region].call("ec2", "deregister_image", f"{ami['ImageId']} in {region}",
                                       none_if=("NotFound", "InvalidAMIID.Unavailable"), ImageId=ami["ImageId"])
        said = "; ".join(f"{ami['ImageId']} in {region} is {ami['State']}: "
                         f"{(ami.get('StateReason') or {}).get('Message') or 'AWS gives no reason'}"
                         for region, ami in broken.items())
        raise Final(f"the image of {name} failed and was removed: {said}")

    def _wait(self, reason: str, name: str, began: datetime, look: Look) -> Wait:
        """GaveUp after the same limit that the install has, from the image's own creation; what nobody saw of that is
        not counted, for a copy is asked for by this task alone."""
        limit = self._service.lasts(minutes=self._service.build.limit_minutes)
        gives_up = began + look.unseen + limit
        if look.now >= gives_up:
            self._builder.remove(name)
            raise GaveUp(f"gave up after {limit}: {reason}")
        next_look = look.now + self._service.lasts(minutes=LOOK_EVERY_MINUTES)
        return Wait(reason, look.since, min(next_look, gives_up), gives_up)

    def _amis(self, name: str, owner: str = "self") -> dict[str, Ami]:
        """Region to the AMI with this name, in any state but gone."""
        found = {}
        for region, aws in self._regions.items():
            images = aws.call("ec2", "describe_images", f"{name} in {region}", Owners=[owner],
                              Filters=[{"Name": "name", "Values": [name]}])["Images"]
            there = [image for image in images  # the filter reads * and ? as wildcards: a name is a name here
                     if image["Name"] == name and image["State"] not in ("deregistered", "disabled")]
            if there:
                found[region] = max(there, key=lambda image: image["CreationDate"])
        return found

    def _with_id(self, ami: str) -> Ami | None:
        for region, aws in self._regions.items():
            answer = aws.call("ec2", "describe_images", f"{ami} in {region}", none_if=("InvalidAMIID",), ImageIds=[ami])
            if answer and answer["Images"]:
                return answer["Images"][0]
        return None

    def _name(self, commit: str) -> str:
        if not re.fullmatch(r"[0-9a-f]{40}", commit):
            raise BadInput(f"commit {commit!r}: an AMI is built from a full hash of 40 hex digits")
        return f"{self._service.service}-{commit[:12]}"


def _is_finished(ami: Ami) -> bool:
    return ami["State"] == "available" and COMMIT in tag_map(ami.get("Tags"))


def _image(amis: Mapping[str, Ami]) -> Image:
    first = next(iter(amis.values()))
    tags = {key: value for ami in amis.values() for key, value in tag_map(ami.get("Tags")).items()}
    veto = spoken(tags[VETO], tags.get(VETOED_BY, ""), datetime.fromisoformat(tags[VETOED_AT])) if VETO in tags else ""
    return Image(first["Name"], tags.get(COMMIT, ""), tags.get(BRANCH, ""),
                 {region: ami["ImageId"] for region, ami in amis.items()}, veto,
                 min((at for at in map(_created, amis.values()) if at), default=None), tags.get(BUILD_URL, ""))


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)[:TAG_LENGTH]


def _created(ami: Ami) -> datetime | None:
    try:
        return datetime.fromisoformat(ami["CreationDate"])
    except (KeyError, ValueError):
        return None
