"""The doorway between Airflow and one step: it hands the step its ports and a look, waits when told to, and turns
Serin's errors into Airflow's. What a step does is none of its business.
"""

import hashlib
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from inspect import signature
from time import sleep
from typing import Any

from airflow.sdk import BaseOperator, Context, ParamsDict
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException, AirflowTaskTerminated

from include.domain.announcements import Kind
from include.domain.declared.environments import PROD
from include.domain.errors import EARLY, HARM, BadInput, Final, GaveWay, NothingToUndo
from include.domain.looks import Look, Wait
from include.domain.push import Push
from plugins import wiring
from plugins.notifiers.measuring import Measuring, aws_measured
from plugins.notifiers.story import Story
from plugins.operators.aws_calls import counted
from plugins.operators.by_hand import begin
from plugins.operators.looks import Looks

# Under this a task keeps its worker and sleeps: a deferral costs 3 s, and one that resumes at once can be failed by
# Airflow itself (apache/airflow#71580), which is also why everything has retries.
SLEEPS_UP_TO = timedelta(seconds=15)
SLEEPS_AT_LEAST = timedelta(seconds=0.2)

# They are counted over the whole life of a task, of which a bake has 50 deferrals: with the last seven a minute apart.
RETRIES = {"retries": 12, "retry_delay": timedelta(seconds=3), "retry_exponential_backoff": 2.0,
           "max_retry_delay": timedelta(minutes=1)}


@dataclass(frozen=True)
class Visit:
    """One look of one task at the world."""

    ports: wiring.Ports
    look: Look
    push_id: str
    context: Context

    @property
    def push(self) -> Push | None:
        """The push as far as it has come, in this environment; None where it never started."""
        push = the_push(self.context)
        return push and self.of_here(push)

    def of_here(self, push: Push) -> Push:
        """A run that deploys to several environments has one commit and one AMI, and a push of its own for each."""
        return replace(push, id=self.push_id, environment=self.ports.environment)

    def everywhere(self, port: str, environment: str = "") -> dict[str, Any]:
        """This port of every region of the environment (of this one, or of another), in push order."""
        service, environment = self.ports.service.service, environment or self.ports.environment
        return {region: getattr(wiring.ports(service, environment, region), port)
                for region in wiring.ports(service, environment, "").regions}

    def take(self, step: Callable[..., Any], *values: Any, **named: Any) -> Any:
        """Take the step with these values; each further parameter is what the visit or its ports call by that name."""
        asked = list(signature(step).parameters)[len(values):]
        known = {"look": self.look, "now": self.look.now, "push_id": self.push_id}
        given = {name: known[name] if name in known else getattr(self.ports, name)
                 for name in asked if name not in named}
        return step(*values, **given, **named)


class StepOperator(BaseOperator):
    """One step as a task. Killed at any instant it is run again from the top: the step looks before it acts.

    Its XCom `says` holds its newest sentence; when it waits long, it defers to an absolute moment. `region` is empty
    where the step is for all of them; `also` names further environments that the step is for.
    """

    in_the_room = False  # whether the team's room hears when it is done
    tells = Kind.PROGRESS    # what its end is to the room: that of a whole push makes the room's topic
    gives_way = False    # whether it looks for a newer commit before each look: the push has changed no region yet
    of_a_push = True     # whether its events are those of a push, or of what undoes one
    by_hand = ""         # what a person does who starts its run, where the step is the first of it
    undoes = ""          # who wants a region undone, where the step is a rollback

    def __init__(self, *, service: str, region: str = "", environment: str = PROD, also: Sequence[str] = (),
                 **kwargs: Any):
        super().__init__(**(RETRIES | kwargs))
        self.params = ParamsDict()  # the DAG has the form; its copies in all tasks would take most of a parse's time
        self.service, self.environment, self.region, self.also = service, environment, region, tuple(also)

    @abstractmethod
    def step(self, visit: Visit) -> Any:
        """Take the step: its value, or a Wait."""

    def says(self, value: Any) -> str:
        """What was done, in a sentence."""
        return ""

    def done_by_hand(self, context: Context) -> str:
        """What a person does who started this run; "" where the run changes nothing, or is no person's act."""
        return self.by_hand

    def execute(self, context: Context) -> Any:
        return self.look_again(context)

    def look_again(self, context: Context, event: Any = None, told: str = "") -> Any:
        """Look until the step has its value; also where a deferred task comes back."""
        ports = self._ports()
        with counted(context, self.log), aws_measured(ports):
            return self._look_and_tell(ports, context, told)

    def _look_and_tell(self, ports: wiring.Ports, context: Context, told: str) -> Any:
        looks = Looks(context, now())
        measuring = Measuring(ports, context, looks.since, self.undoes)
        ids = [push_id(self.service, context, environment) for environment in (self.environment, *self.also)]
        story = Story(ports, ids, context["ti"], self.log, told, filed=self.of_a_push,
                      kind=self.tells)
        if looks.is_first and not self.is_teardown:  # a teardown is always there, and speaks when it does something
            story.started()
        try:
            self._must_be_handed_all()
            if act := self.done_by_hand(context) if not told else "":   # a task that waited has begun already
                begin(act, ports, context, self.log)
            value = self._look_until_done(ports, looks, story, measuring, context)
        except (NothingToUndo, GaveWay) as nothing:
            measuring.nothing(looks.waiting, now())
            story.nothing(str(nothing))
            raise AirflowSkipException(str(nothing)) from nothing
        except EARLY as early:
            measuring.nothing(looks.waiting, now())
            story.ended_early(early)
            raise AirflowSkipException(str(early)) from early
        except Final as final:
            measuring.failed(final, looks.waiting, now())
            story.failed(str(final), harm=isinstance(final, HARM))
            raise AirflowFailException(str(final)) from final
        except Exception as error:
            self._tell_of(error, story, measuring, looks, context)
            raise
        measuring.done(value, looks.waiting, now())
        story.done(self.says(value), getattr(value, "score", None), in_the_room=self.in_the_room)
        return value

    def on_kill(self) -> None:
        """Stop at once: Airflow gives a task that was stopped 5 s more to run, in which a rollback begins."""
        raise AirflowTaskTerminated(f"{self.task_id} was stopped")

    def _must_be_handed_all(self) -> None:
        """A task that a person marked as success did not run, and hands nothing on."""
        for name in self.template_fields:
            if getattr(self, name) is None:
                raise BadInput(f"{self.task_id} was handed no {name}: a task before it was marked as success, and did "
                               "not run; clear that one instead")

    def _ports(self) -> wiring.Ports:
        try:
            return wiring.ports(self.service, self.environment, self.region)
        except Final as final:
            raise AirflowFailException(str(final)) from final

    def _look_until_done(self, ports: wiring.Ports, looks: Looks, story: Story, measuring: Measuring,
                         context: Context) -> Any:
        while True:
            visit = Visit(ports, looks.look(now()), push_id(self.service, context, self.environment), context)
            if self.gives_way and visit.push:
                give_way(visit, visit.push)
            answer = self.step(visit)
            if not isinstance(answer, Wait):
                return answer
            measuring.waits(answer, looks.waits_for(answer.why, visit.look.now), visit.look.now)
            looks.due(answer.next_look)
            story.waits(answer)
            self._pause(answer, story)

    def _pause(self, wait: Wait, story: Story) -> None:
        pause = wait.next_look - now()
        if pause > SLEEPS_UP_TO:
            from airflow.providers.standard.triggers.temporal import DateTimeTrigger

            self.defer(trigger=DateTimeTrigger(moment=wait.next_look), method_name="look_again",
                       kwargs={"told": story.told})
        sleep(max(pause, SLEEPS_AT_LEAST).total_seconds())

    def _tell_of(self, error: Exception, story: Story, measuring: Measuring, looks: Looks, context: Context) -> None:
        sentence = f"{type(error).__name__}: {error}"
        tried, tries = context["ti"].try_number, context["ti"].max_tries + 1
        if tried < tries:
            measuring.again(error)
            story.again(f"{sentence}; tries again ({tried} of {tries})")
        else:
            measuring.failed(error, looks.waiting, now())
            story.failed(f"{sentence} (tried {tried} times)")


def now() -> datetime:
    """The one clock that steps see."""
    return datetime.now(UTC)


def give_way(visit: Visit, push: Push) -> None:
    """Superseded where the branch has a newer commit."""
    from include.steps.branches.superseding import must_be_the_newest

    visit.take(must_be_the_newest, push)


def push_id(service: str, context: Context, environment: str = PROD) -> str:
    """The id of the push that this run is in the environment: the same for every task and every retry."""
    run = context["dag_run"]
    where = "" if environment == PROD else f"-{environment}"
    return f"{service}-{run.run_after:%Y%m%dT%H%M%S}-{hashlib.sha1(run.run_id.encode()).hexdigest()[:6]}{where}"


def the_push(context: Context, made_by: Sequence[str] = ("build_ami", "start_push", "start_deploy")) -> Push | None:
    """The push as far as it has come. It is read, not handed on: an arrow from `build_ami` to every later group
    would hide the chain in the graph."""
    found = (context["ti"].xcom_pull(task_ids=task) for task in made_by)
    return next((push for push in found if push is not None), None)
