"""The AMIs of one account over several regions, whoever builds them: found, vetoed, shared and removed."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from include.adapters.aws import Aws, Session, chunks, tag_list, tag_map
from include.domain.errors import BadInput, Final
from include.domain.veto import spoken
from include.ports import Image

COMMIT, BRANCH, SERVICE = "serin:commit", "serin:branch", "serin:service"
BUILD = "serin:build"           # on what a build makes: the name of the AMI that it will be
BUILD_URL = "serin:build-url"   # the page that shows how the AMI was built
SHARED = "serin:shared-with"    # the accounts that may use it, with a space between
VETO, VETOED_BY, VETOED_AT = VETO_TAGS = ("serin:veto", "serin:vetoed-by", "serin:vetoed-at")
TAG_LENGTH = 256
A_FILTER = 200                  # values that AWS takes in one filter
LOOK_EVERY_MINUTES = 0.25
GONE = {"deregistered", "disabled"}
Ami = dict[str, Any]


class Amis:
    """`commit_tag` is the tag that says which commit an AMI is of."""

    def __init__(self, sessions: Mapping[str, Session], commit_tag: str = COMMIT) -> None:
        self.regions = {region: Aws(session) for region, session in sessions.items()}
        self._commit_tag = commit_tag

    def called(self, name: str, owner: str = "self") -> dict[str, Ami]:
        """Region to the AMI with this name, in any state but gone."""
        found = {}
        for region in self.regions:
            there = [ami for ami in self._described(region, name, owner, {"name": [name]}) if ami["Name"] == name]
            if there:   # the filter reads * and ? as wildcards: a name is a name here
                found[region] = max(there, key=lambda ami: ami["CreationDate"])
        return found

    def of_commit(self, commit: str) -> dict[str, list[Ami]]:
        """Region to the AMIs that are tagged with it, in any state but gone."""
        return {region: self._described(region, f"AMIs of {commit[:12]}", "self", {f"tag:{self._commit_tag}": [commit]})
                for region in self.regions}

    def tagged(self, commits: Sequence[str]) -> Iterator[str]:
        """Those of the commits that an AMI of the first region is tagged with, in their order."""
        region = next(iter(self.regions))
        for some in chunks(commits, A_FILTER):
            there = self._described(region, f"AMIs of {len(some)} commits", "self", {f"tag:{self._commit_tag}": some})
            tags = {tag_map(ami.get("Tags"))[self._commit_tag] for ami in there}
            yield from (commit for commit in some if commit in tags)

    def named(self, name: str) -> Image | None:
        """As the port `Images` says."""
        owner = "self"
        if re.fullmatch(r"ami-[0-9a-f]{8,17}", name):
            with_id = self._with_id(name)
            if with_id is None:
                return None
            name, owner = with_id["Name"], with_id.get("OwnerId") or "self"
        amis = {region: ami for region, ami in self.called(name, owner).items() if ami["State"] == "available"}
        return self.image(amis) if amis else None

    def image(self, amis: Mapping[str, Ami]) -> Image:
        """Those of one name, as one."""
        first = next(iter(amis.values()))
        tags = {key: value for ami in amis.values() for key, value in tag_map(ami.get("Tags")).items()}
        veto = (spoken(tags[VETO], tags.get(VETOED_BY, ""), datetime.fromisoformat(tags[VETOED_AT]))
                if VETO in tags else "")
        return Image(first["Name"], tags.get(self._commit_tag, ""), tags.get(BRANCH, ""),
                     {region: ami["ImageId"] for region, ami in amis.items()}, veto,
                     min(filter(None, map(created, amis.values())), default=None), tags.get(BUILD_URL, ""))

    def veto(self, name: str, reason: str, by: str, at: datetime) -> None:
        tags = {VETO: printable(reason), VETOED_BY: printable(by), VETOED_AT: at.isoformat(timespec="seconds")}
        for region, ami in self.called(name).items():
            self.tag(region, [ami["ImageId"]], tags)

    def lift(self, name: str) -> None:
        for region, ami in self.called(name).items():
            self.regions[region].call("ec2", "delete_tags", f"{ami['ImageId']} in {region}",
                                      Resources=[ami["ImageId"]], Tags=[{"Key": key} for key in VETO_TAGS])

    def tag(self, region: str, resources: list[str], tags: Mapping[str, str]) -> None:
        self.regions[region].call("ec2", "create_tags", f"{resources[-1]} in {region}", Resources=resources,
                                  Tags=tag_list(tags))

    def share(self, region: str, ami: Ami, accounts: Collection[str]) -> None:
        """They may launch it, and copy its disks; Final where AWS lets nobody else read them."""
        others = sorted({*accounts} - {ami.get("OwnerId", "")})
        if not others:
            return
        aws, about = self.regions[region], f"{ami['ImageId']} in {region}"
        for disk in disks(ami):
            shared = aws.call("ec2", "modify_snapshot_attribute", f"{disk} of {about}", none_if=("default key",),
                              SnapshotId=disk, Attribute="createVolumePermission", OperationType="add", UserIds=others)
            if shared is None:
                raise Final(f"{about} cannot be shared with {', '.join(others)}: its disk {disk} is encrypted with the "
                            "account's default key, which nobody else may use; name one that they may in build.kms_key")
        aws.call("ec2", "modify_image_attribute", about, ImageId=ami["ImageId"],
                 LaunchPermission={"Add": [{"UserId": account} for account in others]})

    def remove(self, region: str, ami: Ami) -> None:
        """The image, and every snapshot that was made for one of its name there: a failed one does not name its own."""
        self.regions[region].call("ec2", "deregister_image", f"{ami['ImageId']} in {region}",
                                  none_if=("NotFound", "InvalidAMIID.Unavailable"), ImageId=ami["ImageId"])
        self.remove_snapshots(region, ami["Name"], {*disks(ami)})

    def remove_snapshots(self, region: str, name: str, also: Collection[str] = (), but: Collection[str] = ()) -> None:
        """Those that were made for images of this name. One that is in use a moment longer stays for the next look."""
        aws, about = self.regions[region], f"snapshots of {name} in {region}"
        made = aws.pages("ec2", "describe_snapshots", "Snapshots", about, OwnerIds=["self"],
                         Filters=[{"Name": f"tag:{BUILD}", "Values": [name]}])
        for snapshot in ({one["SnapshotId"] for one in made} | {*also}) - {*but}:
            aws.call("ec2", "delete_snapshot", f"{snapshot} in {region}", none_if=("NotFound", "InUse"),
                     SnapshotId=snapshot)

    def _described(self, region: str, about: str, owner: str,
                   filters: Mapping[str, Sequence[str]]) -> list[Ami]:
        found = self.regions[region].call(
            "ec2", "describe_images", f"{about} in {region}", Owners=[owner],
            Filters=[{"Name": name, "Values": [*values]} for name, values in filters.items()])["Images"]
        return [ami for ami in found if ami["State"] not in GONE]

    def _with_id(self, ami: str) -> Ami | None:
        for region, aws in self.regions.items():
            answer = aws.call("ec2", "describe_images", f"{ami} in {region}", none_if=("InvalidAMIID",), ImageIds=[ami])
            if answer and answer["Images"]:
                return answer["Images"][0]
        return None


def full_hash(commit: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{40}", commit):
        raise BadInput(f"commit {commit!r}: an AMI is built from a full hash of 40 hex digits")
    return commit


def ami_name(service: str, commit: str) -> str:
    return f"{service}-{full_hash(commit)[:12]}"


def disks(ami: Ami) -> list[str]:
    """The ids of its snapshots."""
    ebs = [mapping.get("Ebs") or {} for mapping in ami.get("BlockDeviceMappings", ())]
    return [disk["SnapshotId"] for disk in ebs if disk.get("SnapshotId")]


def created(ami: Ami) -> datetime | None:
    try:
        return datetime.fromisoformat(ami["CreationDate"])
    except (KeyError, ValueError):
        return None


def shared_with(ami: Ami) -> set[str]:
    return set(tag_map(ami.get("Tags")).get(SHARED, "").split())


def taggable(text: str) -> str:
    """Of what people wrote, what AWS takes in a tag."""
    return re.sub(r"[^\w .:/=+@-]", "_", text, flags=re.ASCII)[:TAG_LENGTH]


def printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)[:TAG_LENGTH]


def states(amis: Iterable[tuple[str, Ami]]) -> str:
    """`ami-1 in us-east-1 is failed: no space; …`."""
    return "; ".join(f"{ami['ImageId']} in {region} is {ami['State']}: "
                     f"{(ami.get('StateReason') or {}).get('Message') or 'AWS gives no reason'}"
                     for region, ami in amis)
