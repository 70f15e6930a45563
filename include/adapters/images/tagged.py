"""AMIs that the team's own CI makes, as the port `Images`: they are found by a tag with the full hash of their commit.

Names, copies and shares are the CI's business; all that is asked for is one name in every region.
"""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from include.adapters.aws import Session
from include.adapters.images.amis import LOOK_EVERY_MINUTES, Ami, Amis, full_hash, states
from include.domain.declared.build import TaggedBuild
from include.domain.looks import Look, Wait, wait_or_give_up
from include.domain.service import Service
from include.ports import Image

log = logging.getLogger(__name__)


class TaggedImages:
    def __init__(self, sessions: Mapping[str, Session], service: Service, build: TaggedBuild) -> None:
        self._amis = Amis(sessions, build.commit_tag)
        self._service, self._build = service, build

    def find(self, commit: str) -> Image | None:
        amis = self._whole(self._by_name(commit))
        return self._amis.image(amis) if amis else None

    def first_of(self, commits: Sequence[str]) -> Image | None:
        return next(filter(None, map(self.find, self._amis.tagged(commits))), None)

    def named(self, name: str) -> Image | None:
        return self._amis.named(name)

    def veto(self, name: str, reason: str, by: str, at: datetime) -> None:
        self._amis.veto(name, reason, by, at)

    def lift(self, name: str) -> None:
        self._amis.lift(name)

    def build(self, commit: str, branch: str, look: Look) -> Image | Wait:
        found = self._by_name(commit)
        amis = self._whole(found)
        if amis:
            return self._amis.image(amis)
        return wait_or_give_up(f"your CI has not made the AMI of {commit[:12]}: {self._misses(found)}", look,
                               look_every=self._service.lasts(minutes=LOOK_EVERY_MINUTES),
                               limit=self._service.lasts(minutes=self._build.limit_minutes))

    def _by_name(self, commit: str) -> dict[str, dict[str, Ami]]:
        """The AMIs of the commit: name to region to AMI."""
        found: dict[str, dict[str, Ami]] = defaultdict(dict)
        for region, amis in self._amis.of_commit(full_hash(commit)).items():
            for ami in amis:
                found[ami["Name"]][region] = ami
        return found

    def _whole(self, found: Mapping[str, dict[str, Ami]]) -> dict[str, Ami] | None:
        """That with one name in every region, and available there; of several the newest."""
        whole = [amis for amis in found.values() if self._is_whole(amis)]
        if not whole:
            return None
        newest = max(whole, key=lambda amis: max(ami["CreationDate"] for ami in amis.values()))
        amis = {region: newest[region] for region in self._amis.regions}
        if len(whole) > 1:
            log.warning("%d AMIs are of one commit; the newest is taken: %s", len(whole), self._amis.image(amis).name)
        return amis

    def _is_whole(self, amis: Mapping[str, Ami]) -> bool:
        return amis.keys() == self._amis.regions.keys() and all(ami["State"] == "available" for ami in amis.values())

    def _misses(self, found: Mapping[str, dict[str, Ami]]) -> str:
        """Of the name that is in the most regions, what it lacks; the others are named."""
        if not found:
            return f"none is tagged {self._build.commit_tag} in {', '.join(self._amis.regions)}"
        name, *others = sorted(found, key=lambda name: (-len(found[name]), name))
        missing = [region for region in self._amis.regions if region not in found[name]]
        waits = [(region, ami) for region, ami in found[name].items() if ami["State"] != "available"]
        said = [f"{name} is not in {', '.join(missing)}"] if missing else []
        said += [states(waits)] if waits else []
        said += [f"{', '.join(others)} is of the same commit, and one name in every region is needed"] if others else []
        return "; ".join(said)
