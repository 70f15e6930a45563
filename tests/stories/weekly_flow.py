"""A weekly push through the in-memory world: from what staging runs to the merge, with a person in between."""

from collections.abc import Callable
from typing import Any

from include.domain.approval import Answer
from include.domain.looks import Look
from include.domain.push import Push, PushEnd, PushRecord
from include.steps.branches.merges import merge_pushed
from include.steps.push import approval, ends
from include.steps.push.weekly import Staging, WeeklyRequest, start_weekly
from tests.stories.flow import Flow
from tests.world.world import World

STAGING = "staging"
Person = Callable[[Look], Answer | None]


class DeployFlow(Flow):
    """A commit of release in staging."""

    def __init__(self, world: World, push_id: str = f"api-20261103T090000-abc123-{STAGING}"):
        super().__init__(world.elsewhere[STAGING], push_id)

    def deploy(self) -> PushRecord:
        request = ends.PushRequest("deploy", "", "", "new commit on release", "branch watcher", "release")
        push = self._task("start_deploy", lambda look: ends.start_push(
            request, self.push_id, self.service, look.now, **self._ports("branches", "images"), clusters={},
            environment=STAGING))
        built = self._task("build_ami", lambda look: self._build(push, look))
        if self.pre_flight(built):
            for region in self.world.regions:
                self.region(built, region)
        return self.finish(built)

    def _ports(self, *names: str, region: str = "") -> dict[str, Any]:
        return super()._ports(*names, region=region or next(iter(self.world.regions)))


class WeeklyFlow(Flow):
    """`person` is asked at each look: an answer, or None."""

    def __init__(self, world: World, person: Person, push_id: str = "api-20261103T100000-abc123", **kwargs: Any):
        super().__init__(world, push_id, **kwargs)
        self.person, self.done, self.approval = person, {}, None

    def weekly(self, **asked: str) -> PushRecord | None:
        there = self.world.elsewhere[STAGING]
        staging = Staging(*(there.mortal(getattr(there, port), port) for port in ("clusters", "traffic")))
        request = WeeklyRequest(**{"commit": "", "although": "", "reason": "", "started_by": "the timetable"} | asked)
        push = self._task("start_push", lambda look: start_weekly(
            request, self.push_id, self.service, self.markets, look, **self._ports("branches", "images", "archive"),
            staging=staging, clusters=self._everywhere("clusters")))
        if push is None:
            return None
        self._pushed(push)
        record = self.finish(self.built)
        if record.end == PushEnd.SUCCESS:
            self._task("merge", lambda look: merge_pushed(self.built, self.service, **self._ports("merges")))
        return record

    def try_canary(self, push: Push) -> bool:
        """And what follows it: the question, and the second look."""
        return super().try_canary(push) and self._approved(push) and self._still_good(push)

    def finish(self, push: Push) -> PushRecord:
        record = self._task("finish_push", lambda look: ends.finish_push(
            push, self.failures, self.service, look.now, self._everywhere("clusters"),
            **self._ports("archive", "leases"), approval=self.approval))
        self.world.tell(f"{record.end}: {record.reason or record.regions}")
        return record

    def _approved(self, push: Push) -> bool:
        self.approval = self._task("approve", lambda look: approval.approval(
            push, self.person(look), "http://airflow/approve", self.service, look, **self._ports("leases")))
        return self.approval is not None

    def _still_good(self, push: Push) -> bool:
        ports = {port: self._everywhere(port) for port in ("clusters", "traffic", "limits", "alarms")}
        return bool(self._task("still_good", lambda look: approval.still_good(
            push, self.done["canary.launch"], self.service, self.markets, look, **self._ports("branches", "images"),
            **ports)))

    def _everywhere(self, port: str) -> dict[str, Any]:
        return self.world.mortal(getattr(self.world, port), port)

    def _task(self, name: str, step: Any) -> Any:
        self.done[name] = super()._task(name, step)
        return self.done[name]
