"""The in-memory twins of `Branches`, `Merges` and `Images`: commits, and the AMIs that are built from them."""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha1

from include.domain.errors import BadInput, Conflict
from include.domain.looks import Look, Wait, wait_or_give_up
from include.domain.veto import spoken
from include.ports import Commit, Image, Merged

BUILD_SECONDS = 5


class InMemoryBranches:
    """A repository: branches point at commits, and those at the ones before them."""

    def __init__(self, now: datetime, branches: tuple[str, ...] = ("test", "release", "prod")):
        self.now = now
        self.commits: dict[str, Commit] = {}
        self.heads: dict[str, str] = {}
        self.before: dict[str, str] = {}
        self.parents: dict[str, tuple[str, ...]] = {}
        for branch in branches:
            self.push(branch, "first")

    def push(self, branch: str, subject: str) -> str:
        sha = sha1(subject.encode(), usedforsecurity=False).hexdigest()
        self.commits[sha] = Commit(sha, "Ada", subject, self.now)
        self.before.setdefault(sha, self.heads.get(branch, ""))
        self.parents.setdefault(sha, (self.heads[branch],) if branch in self.heads else ())
        self.heads[branch] = sha
        return sha

    def history(self, sha: str) -> set[str]:
        """The commit and all before it."""
        return {sha}.union(*(self.history(parent) for parent in self.parents[sha]))

    def head(self, branch: str) -> str:
        if branch not in self.heads:
            raise BadInput(f"there is no branch {branch!r}: {', '.join(sorted(self.heads))}")
        return self.heads[branch]

    def commit(self, revision: str) -> Commit:
        is_hash = 7 <= len(revision) <= 40 and all(c in "0123456789abcdef" for c in revision.lower())
        found = [c for sha, c in self.commits.items() if is_hash and sha.startswith(revision.lower())]
        if len(found) != 1:
            raise BadInput(f"commit {revision!r}: {len(found)} commits have it")
        return found[0]

    def is_older(self, commit: str, than: str) -> bool | None:
        try:
            older, newer = self.commit(commit).sha, self.commit(than).sha
        except BadInput:
            return None
        while newer := self.before.get(newer, ""):
            if newer == older:
                return True
        return False


class InMemoryMerges:
    """Two branches that went apart conflict, unless `joins`."""

    def __init__(self, branches: InMemoryBranches):
        self.branches, self.joins = branches, False

    def merge(self, source: str, into: str, message: str) -> Merged:
        theirs, ours = self.branches.head(source), self.branches.head(into)
        if theirs in self.branches.history(ours):
            return Merged(ours, "already")
        if ours in self.branches.history(theirs):
            self.branches.heads[into] = theirs
            return Merged(theirs, "fast-forward")
        if not self.joins:
            raise Conflict(f"{source} cannot be merged into {into}: both changed app.py. Nothing was merged")
        sha = self.branches.push(into, message)
        self.branches.parents[sha] = (ours, theirs)
        return Merged(sha, "merge")


class InMemoryImages:
    """AMIs of all regions; a build takes a few seconds of the world's time."""

    def __init__(self, service: str, regions: tuple[str, ...]):
        self.service, self.regions = service, regions
        self.images: dict[str, Image] = {}
        self.started: dict[str, datetime] = {}
        self.broken: str = ""

    def add(self, commit: str, branch: str) -> Image:
        name = f"{self.service}-{commit[:12]}"
        ids = {region: "ami-" + sha1((region + commit).encode(), usedforsecurity=False).hexdigest()[:17]
               for region in self.regions}
        self.images[name] = Image(name, commit, branch, ids)
        return self.images[name]

    def veto(self, name: str, reason: str, by: str, at: datetime) -> None:
        self.images[name] = replace(self.images[name], veto=spoken(reason, by, at))

    def lift(self, name: str) -> None:
        self.images[name] = replace(self.images[name], veto="")

    def find(self, commit: str) -> Image | None:
        return next((image for image in self.images.values() if image.commit == commit), None)

    def named(self, name: str) -> Image | None:
        return next((i for i in self.images.values() if name == i.name or name in i.ids.values()), None)

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
            return self.add(commit, branch)
        return wait_or_give_up(f"the builder has worked on {commit[:12]} for {seconds:.0f} s", look,
                               look_every=timedelta(seconds=1), limit=timedelta(minutes=45))
