"""Who acts in the world: pushes and rollbacks, as Airflow runs their tasks, but one look at a time, in any order."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from inspect import signature
from typing import Any

from include.domain.errors import Final, NothingToUndo, Retryable
from include.domain.looks import Look, Wait
from include.domain.peak_windows import Market
from include.domain.push import Push, PushRecord
from include.steps import canary, red_black, roll_back
from include.steps import push as ends
from include.steps.lease import roll_back_owner
from tests.stories.flow import IN_A_REGION
from tests.world.crash import Killed
from tests.world.declared import MARKETS
from tests.world.faults import Faulty, Past, Strikes
from tests.world.ledger import Ledger
from tests.world.records import InMemoryRuns
from tests.world.world import World

ENVIRONMENT = "prod"
IN_ORDER = ("plan", *IN_A_REGION)
QUIET = {name: Market(name, "UTC") for name in MARKETS}


@dataclass
class Stage:
    """The world, who watches it, and what its ports' calls meet next."""

    world: World
    ledger: Ledger
    strikes: Strikes = field(default_factory=Strikes)

    def __post_init__(self) -> None:
        self.past = Past(self.world)
        self.run_ended: dict[str, bool | None] = {}

    def take(self, step: Callable[..., Any], *values: Any, owner: str, region: str, since: Any, **named: Any) -> Any:
        """Take the step as an operator does: what else it asks for is found by its parameters' names."""
        push_id = named.get("push_id") or getattr(values[0], "push_id", None) or values[0].id
        known = {"service": self.world.service, "look": Look(self.world.now, since), "now": self.world.now,
                 "markets": QUIET, "environment": ENVIRONMENT, "region": region, "owner": owner}
        asked = [name for name, parameter in list(signature(step).parameters.items())[len(values):]
                 if name not in named and parameter.default is parameter.empty]
        ports = {name: self._port(name, region, owner, push_id) for name in asked if name not in known}
        return step(*values, **named, **ports, **{name: known[name] for name in asked if name in known})

    def of_all_regions(self, name: str, owner: str) -> dict[str, Any]:
        return {region: self._port(name, region, owner, owner) for region in self.world.regions}

    def _run_of(self, owner: str) -> InMemoryRuns:
        """The DAG run that the owner works in; whether others' runs ended is known to all."""
        run = InMemoryRuns(f"http://airflow/runs/{owner.removesuffix(roll_back_owner(''))}")
        run.states = self.run_ended
        run.states.setdefault(run.here, False)
        return run

    def _port(self, name: str, region: str, owner: str, push_id: str) -> Any:
        def watched(port: str, verb: str, args: tuple) -> Any:
            return self.ledger.change(region, owner, push_id, verb, args)

        here = name in {"clusters", "traffic"}
        port = self.world.ports(region or self.world.service.canary.region)[name]
        if name == "runs":
            port = self._run_of(owner)
        return Faulty(port, f"{name} of {region}" if here else name, self.strikes, self.past,
                      watched if here else _nobody)


@contextmanager
def _nobody(*_: Any) -> Iterator[None]:
    """Nobody watches: it is no change of a cluster."""
    yield


class Actor:
    """Tasks in their order; `look` takes the next look of the task that is on."""

    def __init__(self, stage: Stage, name: str):
        self.stage, self.name = stage, name
        self.todo: list[tuple[str, str]] = []       # (task, region)
        self.failures: dict[str, str] = {}
        self.since: Any = None
        self.is_looking = False

    @property
    def is_done(self) -> bool:
        return not self.todo

    def look(self) -> Any:
        self.is_looking = True
        try:
            return self._look()
        finally:
            self.is_looking = False

    def _look(self) -> Any:
        """One look. The next one, where the task waits; None where it is done, died or met an error."""
        if not self.todo:
            return None
        task, region = self.todo[0]
        world = self.stage.world
        began = world.now
        self.since = self.since or began
        try:
            answer = self._take(task, region, self.since)
        except (Retryable, Killed):
            return None
        except NothingToUndo:
            self._goes_on()
            return None
        except Final as final:
            self.fails(str(final))
            return None
        if isinstance(answer, Wait):
            assert answer.reason, f"{task} waits and does not say why: {answer}"
            assert answer.next_look > began, f"{task} does not wait at all: {answer}"
            assert answer.gives_up, f"{task} would wait for ever: {answer}"
            return answer.next_look
        self._goes_on(answer)
        return None

    def _goes_on(self, answer: Any = None) -> None:
        self.stage.world.tell(f"{self.name}: {self.todo.pop(0)}: done")
        self.since = None

    def fails(self, why: str) -> None:
        """The task is failed: by what it found, or marked so by a person."""
        self.stage.world.tell(f"{self.name}: {self.todo[0]}: failed: {why}")
        self.failures[".".join(self.todo[0])] = why
        self.since = None

    def _take(self, task: str, region: str, since: Any) -> Any:
        raise NotImplementedError


class Pushing(Actor):
    """One push: a canary launched and retired, then region after region; what fails is rolled back."""

    def __init__(self, stage: Stage, push: Push):
        super().__init__(stage, push.id)
        self.push, self.plans = push, {}
        self.record: PushRecord | None = None
        self.at_the_end: Callable[[Pushing], None] = bool
        here = stage.world.service.canary.region
        self.todo = [("launch_canary", here), ("retire", here)] + [
            (step, region) for region in stage.world.regions for step in IN_ORDER] + [("finish_push", "")]

    def cleared(self, step: str, region: str) -> None:
        """A person clears a task of the region; it and those after it run again."""
        later = list(self.stage.world.regions)[list(self.stage.world.regions).index(region) + 1:]
        self.todo = [(name, region) for name in IN_ORDER[IN_ORDER.index(step):]] + [
            (name, other) for other in later for name in IN_ORDER] + [("finish_push", "")]
        self.since = None

    def fails(self, why: str) -> None:
        super().fails(why)
        task, region = self.todo.pop(0)
        if task == "finish_push":
            self.todo = []
        elif task == "roll_back":
            self.todo = [("finish_push", "")]
        elif task == "launch_canary":
            self.todo = [("retire", region), ("finish_push", "")]
        elif task == "retire":
            self.todo = [("finish_push", "")]
        else:
            self.todo = [("roll_back", region), ("finish_push", "")]

    def _take(self, task: str, region: str, since: Any) -> Any:
        take = partial(self.stage.take, owner=self.push.id, region=region, since=since)
        if task == "plan":
            return take(red_black.plan, self.push, region)
        if task in IN_A_REGION:
            return take(getattr(red_black, task), self.plans[region])
        if task == "roll_back":
            owner = roll_back_owner(self.push.id)
            return take(roll_back.roll_back, owner=owner, push_id=self.push.id)
        if task == "finish_push":
            return take(ends.finish_push, self.push, self.failures,
                        clusters=self.stage.of_all_regions("clusters", self.push.id))
        return take(getattr(canary, task), self.push)

    def _goes_on(self, answer: Any = None) -> None:
        task, region = self.todo[0]
        if task == "plan":
            self.plans[region] = answer
        super()._goes_on(answer)
        if task == "finish_push":
            is_first, self.record = self.record is None, answer
            if is_first:
                self.at_the_end(self)


class RollingBack(Actor):
    """A person's rollback of one push in every region."""

    def __init__(self, stage: Stage, owner: str, push_id: str):
        super().__init__(stage, owner)
        self.push_id = push_id
        self.todo = [("roll_back", region) for region in stage.world.regions]

    def fails(self, why: str) -> None:
        super().fails(why)
        self.todo.pop(0)

    def _take(self, task: str, region: str, since: Any) -> Any:
        return self.stage.take(roll_back.roll_back, owner=self.name, region=region, since=since, push_id=self.push_id)
