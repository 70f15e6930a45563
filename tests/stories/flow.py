"""One push from its start to its record, in the order of the DAG: each step with its ports, each teardown whatever
happened. The world's log is the story."""

from collections.abc import Mapping
from typing import Any

from include.domain.canary import Canary
from include.domain.ending import Early
from include.domain.errors import EARLY, Final, NothingToUndo
from include.domain.looks import Look, Wait
from include.domain.peak_windows import Market
from include.domain.push import Push, PushRecord
from include.domain.squeeze.sweet_spot import SweetSpot
from include.steps.canary import life as canary
from include.steps.canary import scoring
from include.steps.changes.tell import tell_changes
from include.steps.gates.trying import try_gate
from include.steps.images import build, manifest
from include.steps.push import ends, pre_flight
from include.steps.red_black import peak_windows
from include.steps.red_black import region as red_black
from include.steps.squeeze.live import squeeze
from include.steps.squeeze.running import Squeezing
from include.steps.undoing import roll_back
from tests.world.crash import Killed
from tests.world.declared import MARKETS
from tests.world.world import World

IN_A_REGION = ("launch_new", "in_service", "red_red", "disable_baseline", "holds", "delete_baseline")
PORTS = {
    "launch_new": ("clusters", "traffic", "limits", "instances", "leases", "archive"),
    "in_service": ("clusters", "traffic", "instances", "leases", "archive"),
    "red_red": ("clusters", "traffic", "metrics", "leases", "archive"),
    "disable_baseline": ("clusters", "traffic", "metrics", "leases"),
    "holds": ("clusters", "traffic", "metrics", "alarms", "leases"),
    "delete_baseline": ("clusters", "traffic", "metrics", "leases"),
}


class Flow:
    """A push through the in-memory world. `failures` is what each failed task said."""

    def __init__(self, world: World, push_id: str = "api-20261103T100000-abc123",
                 markets: Mapping[str, Market] | None = None):
        self.world, self.push_id = world, push_id
        self.service = world.service
        self.failures: dict[str, str] = {}
        self.early: Early | None = None
        self.plan: Any = None
        self.markets = markets or {name: Market(name, "UTC") for name in MARKETS}

    def push(self, commit: str = "", ami: str = "", reason: str = "a fix") -> PushRecord:
        """All of it."""
        request = ends.PushRequest("patch", commit, ami, reason, "Ada")
        push = self._task("start_push", lambda look: ends.start_push(
            request, self.push_id, self.service, look.now, **self._ports("branches", "images"),
            clusters=self.world.mortal(self.world.clusters, "clusters")))
        if push:
            self._pushed(push)
            push = self.built
        return self.finish(push)

    def _pushed(self, push: Push) -> None:
        self.built = push
        built = self._task("build_ami", lambda look: self._build(push, look))
        passed = [self.gate(push, gate.name) for gate in self.service.gates]
        if built is None or None in passed:
            return
        self.built = built
        self.changes(built)
        if self.pre_flight(built) and self.try_canary(built):
            for region in self.world.regions:
                if not self.region(built, region):
                    break

    def _build(self, push: Push, look: Look) -> Push | Wait:
        built = build.build_ami(push, self.service, look, **self._ports("images"))
        if not isinstance(built, Wait):
            manifest.keep_what_is_in(built, "", str, self.service, look, **self._ports("images", "branches", "archive"),
                                     chat=self.world.chat)
        return built

    def changes(self, push: Push) -> Any:
        return self._task("changes", lambda look: tell_changes(
            push, self.service, look, **self._ports("branches", "images", "archive", "tickets"),
            clusters=self.world.mortal(self.world.clusters, "clusters")))

    def gate(self, push: Push, name: str) -> Any:
        return self._task(f"gates.{name}", lambda look: try_gate(
            push, name, self.service, look, **self._ports("archive", "branches", "images"), gate=self.world.gate(name),
            clusters=self.world.mortal(self.world.clusters, "clusters")))

    def pre_flight(self, push: Push) -> bool:
        world = self.world
        everywhere = {name: world.mortal(getattr(world, name), name) for name in (
            "clusters", "traffic", "limits", "alarms")}
        return bool(self._task("pre_flight", lambda look: pre_flight.pre_flight(
            push, self.service, **self._ports("images"), **everywhere)))

    def pushed_commit(self) -> Push:
        """The push of the head of prod, whose AMI is built."""
        commit = self.world.branches.head("prod")
        name = f"{self.service.service}-{commit[:12]}"
        return Push(self.push_id, self.service.service, "prod", "patch", commit, "prod", name, "", "Ada",
                    self.world.now)

    def try_canary(self, push: Push) -> bool:
        """launch → bake → squeeze → score, and retire whatever happened."""
        launched = self._task("canary.launch", lambda look: canary.launch_canary(
            push, self.service, look, **self._ports("clusters", "traffic", "images", "metrics", "leases", "runs",
                                                    "archive")))
        baked = launched and self._task("canary.bake", lambda look: canary.bake(
            launched, self.service, look, **self._ports("clusters", "traffic", "metrics", "archive")))
        squeezes = self.service.squeeze.kind != "none"
        spot = self.squeeze(baked) if baked and squeezes else None
        if squeezes and spot is None:
            baked = None
        verdict = baked and self._task("canary.score", lambda look: scoring.score(
            baked, self.service, look, **self._ports("metrics", "archive"), sweet_spot=spot))
        self.retire(push)
        return bool(verdict) and not self.failures

    def squeeze(self, canary: Canary) -> SweetSpot | None:
        """What it remembers dies with its process."""
        remembered = [Squeezing()]

        def look_again(look: Look) -> SweetSpot | Wait:
            try:
                return squeeze(canary, remembered[-1], self.service, look, markets=self.markets, **self._ports(
                    "clusters", "traffic", "images", "metrics", "archive", "leases", "branches", "load"))
            except Killed:
                remembered.append(Squeezing())
                raise

        return self._task("canary.squeeze", look_again)

    def retire(self, push: Push) -> None:
        self._task("canary.retire", lambda look: canary.retire(
            push, self.service, look, **self._ports("clusters", "traffic", "metrics", "leases", "runs")))

    def region(self, push: Push, region: str, until: str = "") -> bool:
        """off_peak → plan → … → delete_baseline, and the rollback whatever happened; `until` stops before a step."""
        task = region.replace("-", "_")
        value: Any = self._task(f"{task}.off_peak", lambda look: peak_windows.off_peak(
            push, region, self.service, self.markets, look, **self._ports("leases")))
        value = value and self._task(f"{task}.plan", lambda look: red_black.plan(
            push, region, self.service, self.markets, look,
            **self._ports("clusters", "traffic", "images", "metrics", "leases", "runs", "branches",
                          "archive", region=region)))
        for name in IN_A_REGION:
            self.plan = value or self.plan
            if value is None or name == until:
                break
            value = self.step(name, value, region)
        if not until:
            self.roll_back(region)
        return value is not None

    def step(self, name: str, plan: Any, region: str) -> Any:
        """One step of the region."""
        ports = self._ports(*PORTS[name], region=region) | self.besides(name)
        return self._task(f"{region.replace('-', '_')}.{name}",
                          lambda look: getattr(red_black, name)(plan, self.service, look=look, **ports))

    def roll_back(self, region: str, owner: str = "", push_id: str = "", *, also_complete: bool = False) -> str | None:
        ports = self._ports("clusters", "traffic", "limits", "metrics", "leases", "runs", region=region)
        return self._task(f"{region.replace('-', '_')}.roll_back", lambda look: roll_back.roll_back(
            owner or f"{self.push_id}.roll_back", push_id or self.push_id, self.service, self.world.environment, region,
            look, **ports, also_complete=also_complete))

    def finish(self, push: Push) -> PushRecord:
        ports = self._ports("archive", "leases", "branches")
        record = self._task("finish_push", lambda look: ends.finish_push(
            push, self.failures, self.service, look.now, self.world.mortal(self.world.clusters, "clusters"),
            early=self.early, **ports))
        self.world.tell(f"{record.end}: {record.reason or record.regions}")
        return record

    def besides(self, name: str) -> dict[str, Any]:
        """What this step takes besides its ports."""
        return {"markets": self.markets} if name == "launch_new" else {}

    def _ports(self, *names: str, region: str = "") -> dict[str, Any]:
        here = self.service.canary.region
        ports = self.world.ports(region or (here if here in self.world.regions else next(iter(self.world.regions))))
        return {name: ports[name] for name in names}

    def _task(self, name: str, step: Any) -> Any:
        """The task's value; None where it failed (and said why) or found nothing to undo."""
        try:
            return self.world.run(step, name)
        except NothingToUndo:
            return None
        except EARLY:
            raise
        except Final as final:
            self.failures[name] = str(final)
            self.world.tell(f"{name}: failed: {final}")
            return None
