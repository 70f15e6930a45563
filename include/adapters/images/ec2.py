"""Commits to AMIs through EC2's own calls, as the port `Images`.

A commit's AMI is found by its name; the tags are written last in each region, so an AMI that has them is finished,
shared, and left nothing behind. Each `build` looks from the top and goes at most one step further:
builder instance → it powers itself off → image → copies → shared → tags.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from include.adapters.aws import Session, tag_map
from include.adapters.images.amis import (
    BRANCH,
    COMMIT,
    LOOK_EVERY_MINUTES,
    SERVICE,
    SHARED,
    Ami,
    Amis,
    ami_name,
    created,
    disks,
    shared_with,
    states,
    taggable,
)
from include.adapters.images.ec2_builder import Builder
from include.domain.declared.build import Ec2Build
from include.domain.errors import BadInput, Final, GaveUp
from include.domain.looks import Look, Wait
from include.domain.service import Service
from include.ports import Image

BROKEN = {"failed", "error", "invalid"}


class Ec2Images:
    def __init__(self, sessions: Mapping[str, Session], service: Service, build: Ec2Build, build_region: str) -> None:
        if build_region not in sessions:
            raise BadInput(f"build region {build_region} is none of {', '.join(sessions)}")
        self._amis = Amis(sessions)
        self._service, self._build = service, build
        self._home = build_region
        self._builder = Builder(self._amis.regions[build_region], service, build)

    def find(self, commit: str) -> Image | None:
        amis = self._amis.called(self._name(commit))
        finished = len(amis) == len(self._amis.regions) and all(map(self._is_finished, amis.values()))
        return self._amis.image(amis) if finished and tag_map(amis[self._home]["Tags"])[COMMIT] == commit else None

    def first_of(self, commits: Sequence[str]) -> Image | None:
        return next(filter(None, map(self.find, self._amis.tagged(commits))), None)

    def named(self, name: str) -> Image | None:
        return self._amis.named(name)

    def veto(self, name: str, reason: str, by: str, at: datetime) -> None:
        self._amis.veto(name, reason, by, at)

    def lift(self, name: str) -> None:
        self._amis.lift(name)

    def build(self, commit: str, branch: str, look: Look) -> Image | Wait:
        name = self._name(commit)
        amis = self._amis.called(name)
        self._drop_broken(amis, name)
        home = amis.get(self._home)
        if home is None:
            return self._builder.step(name, commit, look)
        if home["State"] != "available":
            return self._wait(f"{name}: image {home['ImageId']} is {home['State']} in {self._home}", home,
                              self._home, created(home) or look.since, look)
        if tag_map(home.get("Tags")).get(COMMIT, commit) != commit:
            raise BadInput(f"{name} in {self._home} was built from another commit: {tag_map(home['Tags'])[COMMIT]}")
        if not self._is_finished(home):
            self._builder.remove(name)
        copying = self._copy(name, home, amis, look)
        tags = self._finish(amis, commit, branch)
        return copying or replace(self._amis.image(amis), commit=commit, branch=tags[BRANCH])

    def _copy(self, name: str, home: Ami, amis: Mapping[str, Ami], look: Look) -> Wait | None:
        missing = [region for region in self._amis.regions if region not in amis]
        for region in missing:  # the token is this task's: AWS would answer an older one with the copy that failed then
            self._amis.regions[region].call(
                "ec2", "copy_image", f"{name} to {region}", none_if=("InvalidAMIName.Duplicate",), Name=name,
                SourceRegion=self._home, SourceImageId=home["ImageId"], TagSpecifications=self._builder.made_for(name),
                ClientToken=f"{home['ImageId']}-{look.since.timestamp():.0f}", **self._builder.encryption)
        if missing:
            return self._wait(f"{name} is being copied to {', '.join(missing)}", None, "",
                              max(created(home) or look.since, look.since), look)
        for region, ami in amis.items():
            if ami["State"] != "available":
                return self._wait(f"{name} is being copied to {region}: {ami['ImageId']} is {ami['State']}", ami,
                                  region, created(ami) or look.since, look)
        return None

    def _finish(self, amis: Mapping[str, Ami], commit: str, branch: str) -> dict[str, str]:
        """Image and snapshots, in every region where the image is available."""
        tags = {COMMIT: commit, BRANCH: taggable(branch), SERVICE: self._service.service}
        if self._build.share_with:
            tags[SHARED] = " ".join(sorted(self._build.share_with))
        for region, ami in amis.items():
            if ami["State"] != "available" or self._is_finished(ami):
                continue
            self._amis.share(region, ami, self._build.share_with)
            self._amis.remove_snapshots(region, ami["Name"], but=disks(ami))     # of a try before that failed
            self._amis.tag(region, [*disks(ami), ami["ImageId"]], tags)
        return tags

    def _drop_broken(self, amis: Mapping[str, Ami], name: str) -> None:
        """An image that failed keeps its name taken, and never recovers."""
        broken = {region: ami for region, ami in amis.items() if ami["State"] in BROKEN}
        if not broken:
            return
        self._builder.remove(name)
        for region, ami in broken.items():
            self._amis.remove(region, ami)
        raise Final(f"the image of {name} failed and was removed: {states(broken.items())}")

    def _wait(self, reason: str, hangs: Ami | None, region: str, began: datetime, look: Look) -> Wait:
        """GaveUp after the same limit that the install has, from the image's own creation; what nobody saw of that is
        not counted, for a copy is asked for by this task alone. An image that hangs is removed: it keeps its name
        taken, and whoever tries again would wait for it, too."""
        limit = self._service.lasts(minutes=self._build.limit_minutes)
        gives_up = began + look.unseen + limit
        if look.now >= gives_up:
            if hangs:
                self._builder.remove(hangs["Name"])
                self._amis.remove(region, hangs)
            raise GaveUp(f"gave up after {limit}: {reason}{'; it was removed' if hangs else ''}")
        next_look = look.now + self._service.lasts(minutes=LOOK_EVERY_MINUTES)
        return Wait(reason, look.since, min(next_look, gives_up), gives_up)

    def _is_finished(self, ami: Ami) -> bool:
        return (ami["State"] == "available" and COMMIT in tag_map(ami.get("Tags"))
                and shared_with(ami) >= {*self._build.share_with})

    def _name(self, commit: str) -> str:
        return ami_name(self._service.service, commit)
