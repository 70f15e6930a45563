"""The in-memory twin of `Images`: the AMIs that are built from commits."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha1

from include.domain.errors import BadInput
from include.domain.looks import Look, Wait, wait_or_give_up
from include.domain.veto import spoken
from include.ports import Image

BUILD_SECONDS = 5


class InMemoryImages:
    """AMIs of all regions; a build takes a few seconds of the world's time."""

    def __init__(self, service: str, regions: tuple[str, ...]):
        self.service, self.regions = service, regions
        self.images: dict[str, Image] = {}
        self.started: dict[str, datetime] = {}
        self.broken: str = ""

    def add(self, commit: str, branch: str, built_at: datetime | None = None) -> Image:
        name = f"{self.service}-{commit[:12]}"
        ids = {region: "ami-" + sha1((region + commit).encode(), usedforsecurity=False).hexdigest()[:17]
               for region in self.regions}
        self.images[name] = Image(name, commit, branch, ids, built_at=built_at)
        return self.images[name]

    def veto(self, name: str, reason: str, by: str, at: datetime) -> None:
        self.images[name] = replace(self.images[name], veto=spoken(reason, by, at))

    def lift(self, name: str) -> None:
        self.images[name] = replace(self.images[name], veto="")

    def find(self, commit: str) -> Image | None:
        return next((image for image in self.images.values() if image.commit == commit), None)

    def named(self, name: str) -> Image | None:
        return next((i for i in self.images.values() if name == i.name or name in i.ids.values()), None)

    def first_of(self, commits: Sequence[str]) -> Image | None:
        return next(filter(None, map(self.find, commits)), None)

    def commit_of(self, ami: str) -> str:
        """What the AMI with this id was built from; empty for one that nobody built here."""
        return next((image.commit for image in self.images.values() if ami in image.ids.values()), "")

    def build(self, commit: str, branch: str, look: Look) -> Image | Wait:
        found = self.find(commit)
        if found:
            return found
        if self.broken:
            raise BadInput(self.broken)
        started = self.started.setdefault(commit, look.now)
        seconds = (look.now - started).total_seconds()
        if seconds >= BUILD_SECONDS:
            return self.add(commit, branch, look.now)
        return wait_or_give_up(f"the builder has worked on {commit[:12]} for {seconds:.0f} s", look,
                               look_every=timedelta(seconds=1), limit=timedelta(minutes=45))
