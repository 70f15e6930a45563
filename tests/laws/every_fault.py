"""The machine of the laws: pushes, rollbacks and everything that can go wrong, in any order and at any moment.

Hypothesis writes the stories; the ledger watches every instant of them. At the end all faults stop, and every actor
must come to an end that is told truly.
"""

from collections import Counter
from copy import deepcopy
from functools import cache

from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from include.domain.push import Push
from tests.laws.stage import Watched
from tests.laws.truth import must_be_true
from tests.world.actors import IN_ORDER, Actor, Pushing, RollingBack
from tests.world.declared import service
from tests.world.faults import Strike, Strikes
from tests.world.ledger import Ledger
from tests.world.mishaps import HARMFUL, HARMLESS, Mishap, a_second_passes
from tests.world.region import Behaviour, Region
from tests.world.world import World

SHORT = {"canary__bake_hours": 1, "red_black__instance_rps": 50, "red_black__red_red_minutes": 40,
         "red_black__watch_minutes": 80}
CARRIES = 50
MOST_ACTORS = 5
RULES = 25              # of one run
ENDS_WITHIN = 3000      # looks of all actors together, once the faults have stopped
TRIED: Counter = Counter()
AMIS = {"good": Behaviour(carries_rps=CARRIES), "fails in prod": Behaviour(carries_rps=CARRIES, prod_error_percent=20),
        "never starts": Behaviour(carries_rps=CARRIES, starts=False)}

numbers = st.integers(0, 59)
strikes = st.dictionaries(st.integers(1, 30), numbers, max_size=4)


class EveryFault(RuleBasedStateMachine):
    """Pushes of one service, and all that can happen to them. A narrower machine changes these."""

    begins_at = ("launch_canary", *IN_ORDER)
    meets = tuple(Strike)
    mishaps = HARMLESS + HARMFUL
    may_be_calm = True

    @initialize(regions=st.integers(1, 2), ami=st.sampled_from([*AMIS, "good", "good"]), pushes=st.integers(1, 2),
                far=numbers, calm=st.booleans(), lease_seconds=st.sampled_from([60, 900]))
    def begins(self, regions: int, ami: str, pushes: int, far: int, calm: bool, lease_seconds: int) -> None:
        world, calm = deepcopy(_warm(regions)), calm and self.may_be_calm
        world.leases.lasts = world.leases.lasts * lease_seconds / 900
        self.stage = Watched(world, Ledger(world, calm))
        self.actors: dict[str, Actor] = {}
        for _ in range(pushes):
            self.push(ami)
        first = self._push(0)
        while not first.is_done and first.todo[0][0] != self.begins_at[far % len(self.begins_at)]:
            self._look(first)
        TRIED["runs"] += 1
        TRIED["runs in which only Serin took capacity away"] += calm

    def _by_hand(self, push: Pushing, number: int) -> RollingBack:
        owner = f"api-20261103T1100{len(self.actors):02d}-hand00"
        self.actors[owner] = RollingBack(self.stage, owner, push.name, also_complete=number % 3 > 0)
        TRIED["rollbacks by hand"] += 1
        return self.actors[owner]

    def push(self, ami: str) -> None:
        world, number = self.stage.world, len(self.actors)
        commit = world.branches.push("prod", f"{ami} {number}")
        world.behaves(commit, AMIS[ami])
        name = world.images.find(commit).name
        push = Push(f"api-20261103T1000{number:02d}-abc123", "api", "prod", "patch", commit, "prod", name, "", "Ada",
                    world.now)
        actor = self.actors[push.id] = Pushing(self.stage, push)
        actor.at_the_end = must_be_true
        TRIED["pushes"] += 1

    @rule(who=numbers, looks=st.integers(1, 25), strikes=strikes, meanwhile=numbers, number=numbers)
    def goes_on(self, who: int, looks: int, strikes: dict[int, int], meanwhile: int, number: int) -> None:
        """An actor takes its next looks, and calls of it are struck."""
        actor = self._actor(who)
        met = {call: self.meets[which % len(self.meets)] for call, which in strikes.items() if self.meets}
        self.stage.strikes = Strikes(met, lambda: self._meanwhile(meanwhile, number))
        for _ in range(looks):
            self._look(actor)
        TRIED.update({f"calls: {strike}": count for strike, count in self.stage.strikes.tried.items()})
        self.stage.strikes = Strikes()

    @rule(who=numbers, looks=st.integers(1, 50))
    def goes_on_undisturbed(self, who: int, looks: int) -> None:
        for _ in range(looks):
            self._look(self._actor(who))

    @rule(what=numbers, number=numbers)
    def happens(self, what: int, number: int) -> None:
        mishaps = self._mishaps()
        if mishaps:
            self._happens(mishaps[what % len(mishaps)], number)

    @rule(does=st.sampled_from(["pushes", "rolls back", "fails", "clears"]), which=numbers, number=numbers)
    def a_person(self, does: str, which: int, number: int) -> None:
        push = self._push(which)
        if does == "pushes" and len(self.actors) < MOST_ACTORS:
            self.push(list(AMIS)[number % len(AMIS)])
        elif does == "rolls back" and len(self.actors) < MOST_ACTORS:
            self._by_hand(push, number)
        elif does == "fails" and push.todo and push.todo[0][0] != "finish_push":
            push.fails("marked failed by a person")
            TRIED["tasks marked failed"] += 1
        elif does == "clears" and push.todo and push.todo[0][1] in push.plans and push.todo[0][0] in IN_ORDER:
            task, region = push.todo[0]
            push.cleared(IN_ORDER[max(0, IN_ORDER.index(task) - number)], region)
            TRIED["tasks cleared"] += 1

    def teardown(self) -> None:
        """The faults stop; everybody comes to an end."""
        if not hasattr(self, "actors") or self.stage.ledger.broken:
            return
        self.stage.strikes = Strikes()
        for region in self.stage.world.regions.values():
            region.no_capacity, region.room = "", None
            self.stage.ledger.blind(region.name, False)
        looks = 0
        while waiting := [actor for actor in self.actors.values() if not actor.is_done]:
            for actor in waiting:
                self._look(actor)
                looks += 1
            assert looks < ENDS_WITHIN, f"no end: {[actor.todo[0] for actor in waiting]}\n" + self._story()
        for push in self._pushes():
            TRIED[f"ends: {push.record.end if push.record else 'none'}"] += 1

    def _look(self, actor: Actor) -> None:
        if actor.is_done:
            return
        TRIED["looks"] += 1
        try:
            next_look = actor.look()
        except AssertionError as broken:
            raise type(broken)(f"{broken}\n{self._story()}") from None
        if self.stage.ledger.broken:
            raise self.stage.ledger.broken
        if next_look:
            self.stage.world.advance((next_look - self.stage.world.now).total_seconds())

    def _happens(self, what: Mishap, number: int) -> None:
        regions = list(self.stage.world.regions.values())
        if what(self.stage.ledger, regions[number % len(regions)], number // len(regions)):
            self.stage.world.tell(what.__name__)
            TRIED[what.__name__.replace("_", " ")] += 1

    def _meanwhile(self, what: int, number: int) -> None:
        """A second, a mishap, or another actor's looks, in the middle of one."""
        others = [self._looks_within(actor) for actor in self.actors.values() if not actor.is_looking]
        choice = (a_second_passes, self._a_rollback_begins, *others, *others, *self._mishaps())
        self._happens(choice[what % len(choice)], number)

    def _a_rollback_begins(self, ledger: Ledger, region: Region, number: int) -> bool:
        if len(self.actors) >= MOST_ACTORS:
            return False
        self._by_hand(self._push(number), number).look()
        return True

    @staticmethod
    def _looks_within(actor: Actor) -> Mishap:
        def another_actor_looks(ledger: Ledger, region: Region, number: int) -> bool:
            for _ in range(1 + number % 3):
                actor.look()
            return True

        return another_actor_looks

    def _mishaps(self) -> list[Mishap]:
        return [what for what in self.mishaps if not self.stage.ledger.calm or what in HARMLESS]

    def _actor(self, number: int) -> Actor:
        return list(self.actors.values())[number % len(self.actors)]

    def _pushes(self) -> list[Pushing]:
        return [actor for actor in self.actors.values() if isinstance(actor, Pushing)]

    def _push(self, number: int) -> Pushing:
        pushes = self._pushes()
        return pushes[number % len(pushes)]

    def _story(self) -> str:
        return "\n".join(self.stage.world.log[-60:])


def tried_in(machine: type[EveryFault], runs: int, seed: int, *, shrinks: bool = False) -> dict[str, int]:
    """Run the machine, and count what was tried. Violation where a law is broken."""
    TRIED.clear()
    phases = [Phase.generate, Phase.shrink] if shrinks else [Phase.generate]
    run_state_machine_as_test(seeded(seed)(type(machine.__name__, (machine,), {})), settings=settings(
        max_examples=runs, stateful_step_count=RULES, phases=phases, deadline=None, database=None,
        suppress_health_check=list(HealthCheck), report_multiple_bugs=False))
    return dict(TRIED)


@cache
def _warm(regions: int) -> World:
    """To be copied."""
    world = World(service(regions=regions, **SHORT))
    for region in world.regions:
        world.changes(region, "api-prod-v041", AMIS["good"])
        world.regions[region].behaviours[world.regions[region].groups["api-prod-v041"].ami] = AMIS["good"]
    return world
