"""Who acts in the world: pushes and rollbacks, as Airflow runs their tasks, but one look at a time, in any order."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from inspect import signature
from typing import Any

from include.domain.errors import Final, NothingToUndo, Retryable
from include.domain.looks import Look, Wait
from include.domain.peak_windows import Market
from include.domain.push import Push, PushRecord
from include.domain.service import Service
from include.steps.canary import life as canary
from include.steps.lease import roll_back_owner
from include.steps.push import ends
from include.steps.red_black import region as red_black
from include.steps.undoing import roll_back
from tests.stories.flow import IN_A_REGION
from tests.world.crash import Killed
from tests.world.declared import MARKETS

ENVIRONMENT = "prod"
IN_ORDER = ("plan", *IN_A_REGION)
QUIET = {name: Market(name, "UTC") for name in MARKETS}


class Stage:
    """Where actors act: a service in regions, the clock, the ports, and who listens to what is told."""

    service: Service
    regions: Sequence[str]

    def now(self) -> datetime:
        raise NotImplementedError

    def tell(self, sentence: str) -> None:
        raise NotImplementedError

    def port(self, name: str, region: str, owner: str, push_id: str) -> Any:
        """The port that a step's parameter of this name asks for; region "" is for what is for all."""
        raise NotImplementedError

    def take(self, step: Callable[..., Any], *values: Any, owner: str, region: str, since: datetime,
             **named: Any) -> Any:
        """Take the step as an operator does: what else it asks for is found by its parameters' names."""
        push_id = named.get("push_id") or getattr(values[0], "push_id", None) or values[0].id
        now = self.now()
        known = {"service": self.service, "look": Look(now, since), "now": now, "markets": QUIET,
                 "environment": ENVIRONMENT, "region": region, "owner": owner}
        asked = [name for name, parameter in list(signature(step).parameters.items())[len(values):]
                 if name not in named and parameter.default is parameter.empty]
        ports = {name: self.port(name, region, owner, push_id) for name in asked if name not in known}
        return step(*values, **named, **ports, **{name: known[name] for name in asked if name in known})

    def of_all_regions(self, name: str, owner: str) -> dict[str, Any]:
        return {region: self.port(name, region, owner, owner) for region in self.regions}


class Actor:
    """Tasks in their order; `look` takes the next look of the task that is on."""

    def __init__(self, stage: Stage, name: str):
        self.stage, self.name = stage, name
        self.todo: list[tuple[str, str]] = []       # (task, region)
        self.done: list[tuple[str, str]] = []
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
        began = self.stage.now()
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
        self.done.append(self.todo.pop(0))
        self.stage.tell(f"{self.name}: {self.done[-1]}: done")
        self.since = None

    def fails(self, why: str) -> None:
        """The task is failed: by what it found, or marked so by a person."""
        self.stage.tell(f"{self.name}: {self.todo[0]}: failed: {why}")
        self.failures[".".join(self.todo[0])] = why
        self.since = None

    def _take(self, task: str, region: str, since: Any) -> Any:
        raise NotImplementedError


class Pushing(Actor):
    """One push: a canary launched and retired, then region after region; what fails is rolled back."""

    def __init__(self, stage: Stage, push: Push, *, tries_canary: bool = True):
        super().__init__(stage, push.id)
        self.push, self.plans = push, {}
        self.record: PushRecord | None = None
        self.at_the_end: Callable[[Pushing], None] = bool
        here = stage.service.canary.region
        self.todo = [("launch_canary", here), ("retire", here)] * tries_canary + [
            (step, region) for region in stage.regions for step in IN_ORDER] + [("finish_push", "")]

    def cleared(self, step: str, region: str) -> None:
        """A person clears a task of the region; it and those after it run again."""
        later = list(self.stage.regions)[list(self.stage.regions).index(region) + 1:]
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
    """A person's rollback of one push in every region; `also_complete` also where nothing of it went wrong."""

    def __init__(self, stage: Stage, owner: str, push_id: str, *, also_complete: bool = True):
        super().__init__(stage, owner)
        self.push_id, self.also_complete = push_id, also_complete
        self.todo = [("roll_back", region) for region in stage.regions]

    def fails(self, why: str) -> None:
        super().fails(why)
        self.todo.pop(0)

    def _take(self, task: str, region: str, since: Any) -> Any:
        return self.stage.take(roll_back.roll_back, owner=self.name, region=region, since=since, push_id=self.push_id,
                               also_complete=self.also_complete)
