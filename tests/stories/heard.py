"""What the watcher starts: a push of the head of `prod`, or a deploy of the head of another branch. It takes the commit
up once, and gives way to a newer one for as long as it has changed no region."""

from dataclasses import replace
from typing import Any

from include.domain.ending import Early
from include.domain.errors import EARLY, Superseded
from include.domain.looks import Look, Wait
from include.domain.push import WATCHER, Push, PushEnd, PushRecord
from include.steps.branches.superseding import must_be_the_newest
from include.steps.images import build
from include.steps.push import ends
from include.steps.push.already import must_be_needed
from include.steps.push.heard import take_up
from tests.stories.flow import Flow
from tests.world.world import World

GIVE_WAY = ("pre_flight", "canary.launch", "canary.bake", "canary.squeeze", "canary.score")


class Heard(Flow):
    """A push of the watcher."""

    kind, flow = "patch", "prod"

    def __init__(self, world: World, push_id: str = "api-20261103T100000-abc123", said: str = ""):
        super().__init__(world, push_id)
        self.said, self.built, self.taken_by = said, None, push_id

    def run(self) -> PushRecord:
        branch = getattr(self.service.branches, self.flow)
        request = ends.PushRequest(self.kind, self.said, "", f"new commit on {branch}", WATCHER, branch)
        self.built = ends.as_asked(request, self.push_id, self.service, self.world.environment, self.world.now)
        push = self._task("start", lambda look: self._start(request, look))
        if push:
            self._pushed(push)
        return self.finish(self.built)

    def _start(self, request: ends.PushRequest, look: Look) -> Push | Wait:
        taken = take_up(request.branch, self.flow, self.taken_by, self.service, look,
                        **self._ports("branches", "archive"))
        if isinstance(taken, Wait):
            return taken
        self.built = replace(self.built, commit=taken.commit)
        if taken.settled:
            raise Superseded(taken.settled)
        clusters = self.world.mortal(self.world.clusters, "clusters")
        must_be_needed(self.built, clusters)
        return ends.start_push(replace(request, commit=taken.commit), self.push_id, self.service, look.now,
                               **self._ports("branches", "images"), clusters=clusters,
                               environment=self.world.environment)

    def _task(self, name: str, step: Any) -> Any:
        def looking(look: Look) -> Any:
            if name in GIVE_WAY:
                must_be_the_newest(self.built, **self._ports("branches"))
            return step(look)

        try:
            return super()._task(name, looking)
        except EARLY as early:
            self.world.tell(f"{name}: {early}")
            self.early = Early(PushEnd.SUPERSEDED if isinstance(early, Superseded) else PushEnd.SUCCESS, str(early))
            return None


class Deploy(Heard):
    """A deploy: no canary. One run takes the commit up for all environments that it deploys to."""

    kind = "deploy"

    def __init__(self, world: World, flow: str, push_id: str = "api-20261103T100000-abc123", taken_by: str = ""):
        super().__init__(world, f"{push_id}-{world.environment}")
        self.flow, self.taken_by = flow, taken_by or self.push_id

    def _pushed(self, push: Push) -> None:
        self.built = self._task("build_ami", lambda look: build.build_ami(
            push, self.service, look, **self._ports("images"))) or push
        if self.built.ami and self.pre_flight(self.built):
            for region in self.world.regions:
                if not self.region(self.built, region):
                    break
