"""The laws, watched at every instant: each change that Serin makes, and each second, is compared with what was before.

Serin's losses are told from those of faults so: at one instant, with the load and the instances that could be known,
the world after Serin's change may not lose more requests than the world before it. What others took away (an instance
that died, a hand in the console, viewers who came) within the last `KNOWN` seconds counts as still there: nobody could
have known. In a run where nothing took capacity away but Serin, not a single request may be lost.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from include.domain import asg_tags
from include.domain.asg_names import cluster_name, parse
from include.domain.asg_tags import Role
from include.steps.lease import lease_key
from include.steps.red_black.live import NOW
from tests.world.faults import STALE
from tests.world.region import Region
from tests.world.world import World

KNOWN = STALE + timedelta(seconds=5)            # a stale answer, and the failed checks that a death takes
LOADS_KNOWN = KNOWN + timedelta(seconds=NOW)    # the need is a mean over so many seconds
BLIND_KNOWN = timedelta(seconds=NOW)
A_LOOK = timedelta(seconds=3)                   # what one look takes, where time passes between its calls
A_LITTLE = 1e-6
PAIR = (Role.CANARY, Role.BASELINE)

Serving = dict[str, set[str]]                   # ARN of a target group: the instances that answer in it


class Violation(AssertionError):
    """A law was broken. The message names the law."""


class Ledger:
    """One for a world; it is told of Serin's changes by `change`, and of each second by the world's clock."""

    def __init__(self, world: World, calm: bool = False):
        self.world, self.calm = world, calm     # calm: nothing but Serin takes capacity away
        self.harmed, self.blind_since = "", dict[str, datetime]()
        self.broken: Violation | None = None
        self._serving = {name: serving(region) for name, region in world.regions.items()}
        self._gone: dict[tuple[str, str], datetime] = {}         # (ARN, instance) that others took: when
        self._shrunk: dict[str, set[str]] = {name: set() for name in world.regions}     # ASGs whose sizes Serin cut
        self._needs = {name: deque([world.load], maxlen=int(LOADS_KNOWN.total_seconds())) for name in world.regions}
        self._served = {name: region.served for name, region in world.regions.items()}
        self._alone: dict[str, tuple[str, datetime]] = {}
        self._lost = world.lost
        world.on_tick = self._second

    @contextmanager
    def change(self, region: str, owner: str, push_id: str, verb: str, args: tuple) -> Iterator[None]:
        """Around one change that Serin makes."""
        here = self.world.regions[region]
        self._lease_is_held(region, owner, verb)
        self._may_take_away(here, push_id, verb, args)
        before, sizes = serving(here), {name: group.desired for name, group in here.groups.items()}
        lost_before = self._would_lose(here, before)
        yield
        after = serving(here)
        by_count = verb == "set_weights" and self._is_blind(here)   # without data a canary leaves one that is whole
        if self._would_lose(here, after) > lost_before + A_LITTLE and not by_count:
            self._breaks(1, f"{verb}{args} of {owner} takes away what is needed in {region}: {self._need(here):.0f} "
                            f"requests/s; {_counted(before)} served before, and {_counted(after)} after")
        self._serving[region] = after
        self._remember_sizes(here, sizes)
        self._one_group_of_a_push(here)
        self._count_losses()
        self._who_is_alone(here)

    def by_hand(self, region: str, why: str, sized: str = "") -> None:
        """Somebody else changed the region just now; `why` is empty where no capacity can be lost by it."""
        self.harmed = self.harmed or why
        self._shrunk[region].discard(sized)
        self._others_took(self.world.regions[region])
        self._lost = self.world.lost

    def blind(self, region: str, is_blind: bool) -> None:
        """Whether metrics of the region are lost from now on."""
        self.world.metrics[region].blind = is_blind
        if not is_blind:
            self.blind_since.pop(region, None)
        else:
            self.blind_since.setdefault(region, self.world.now)

    def _second(self) -> None:
        for name, region in self.world.regions.items():
            self._needs[name].append(min(region.load_rps, region.served - self._served[name]))
            self._served[name] = region.served
            self._serin_took(region)
            self._others_took(region)
            self._who_is_alone(region)
        self._count_losses()

    # --- law 1

    def _would_lose(self, region: Region, there: Serving) -> float:
        """Requests per second that nobody would answer, with what could be known."""
        known = {arn: set(instances) for arn, instances in there.items()}
        for (arn, instance), when in self._gone.items():
            if arn in known and self.world.now - when <= KNOWN:
                known[arn].add(instance)
        total, need = sum(region.weights.values()), self._need(region)
        shares = {arn: need * weight / total for arn, weight in region.weights.items()} if total else {"": need}
        return sum(max(0.0, share - sum(self._carries(region, instance) for instance in known.get(arn, ())))
                   for arn, share in shares.items())

    def _need(self, region: Region) -> float:
        """What was asked for and answered all the time that the rate is measured over, requests per second: where
        instances are overloaded, nobody counts the requests that they turn away."""
        return min(*self._needs[region.name], region.load_rps)

    @staticmethod
    def _carries(region: Region, instance: str) -> float:
        machine = region.machine(instance)
        return machine.behaviour.carries_rps if machine else 0.0

    def _serin_took(self, region: Region) -> None:
        """Scale-in that follows from sizes that Serin set."""
        left = {(arn, i) for arn, there in self._serving[region.name].items() for i in there
                if i not in serving(region).get(arn, set())}
        taken = {(arn, i) for arn, i in left if _terminates(region, i, self._shrunk[region.name])}
        if not taken:
            return
        after = serving(region)
        before = {arn: set(there) | {i for a, i in taken if a == arn} for arn, there in after.items()}
        if self._would_lose(region, after) > self._would_lose(region, before) + A_LITTLE:
            names = ", ".join(sorted({region.owner(i).name for _, i in taken}))
            self._breaks(1, f"scale-in of {names} in {region.name}, whose sizes Serin cut, takes away what is needed")
        for key in taken:
            self._gone.pop(key, None)
            self._serving[region.name][key[0]].discard(key[1])

    def _others_took(self, region: Region) -> None:
        after = serving(region)
        for arn, there in self._serving[region.name].items():
            for instance in there - after.get(arn, set()):
                self._gone[arn, instance] = self.world.now
        self._serving[region.name] = after

    def _remember_sizes(self, region: Region, sizes: dict[str, int]) -> None:
        for name, group in region.groups.items():
            if group.desired < sizes.get(name, 0) and not group.deleting:
                self._shrunk[region.name].add(name)
            if group.desired > sizes.get(name, 0):
                self._shrunk[region.name].discard(name)

    def _count_losses(self) -> None:
        if self.world.lost > self._lost and not self.harmed:
            self._breaks(1, f"requests were lost though nothing but Serin took capacity away: {self.world.losses[-1]}")
        self._lost = self.world.lost

    # --- laws 2, 3, 4, 5

    def _may_take_away(self, region: Region, push_id: str, verb: str, args: tuple) -> None:
        if verb == "delete":
            self._last_known_good(region, args[0])
        if verb in {"delete", "deregister"} and self._is_blind(region) and self._of_a_baseline(region, push_id, args):
            self._breaks(5, f"{verb}{args} in {region.name}: nothing was measured since "
                            f"{self.blind_since[region.name]:%H:%M:%S}")

    def _last_known_good(self, region: Region, asg: str) -> None:
        group = region.groups.get(asg)
        if group is None or group.deleting or group.tags.get(asg_tags.ROLE) in PAIR:
            return
        if any(region.of(machine.id) for machine in group.machines if machine.state == "InService"):
            self._breaks(2, f"{asg} is deleted in {region.name} while it has targets")
        name, since = self._alone.get(region.name, ("", self.world.now))
        watched = self.world.service.lasts(minutes=self.world.service.red_black.watch_minutes)
        if not name or name == asg or self.world.now - since < watched - A_LOOK:
            self._breaks(2, f"{asg} is deleted in {region.name}, and {name or 'nobody'} served alone since {since:%X}")

    def _who_is_alone(self, region: Region) -> None:
        names = {group.name for there in serving(region).values() for i in there if (group := region.owner(i))
                 if group.tags.get(asg_tags.ROLE) not in PAIR}
        only = names.pop() if len(names) == 1 else ""
        if only != self._alone.get(region.name, ("", None))[0]:
            self._alone[region.name] = only, self.world.now

    def _one_group_of_a_push(self, region: Region) -> None:
        made = [(g.tags.get(asg_tags.PUSH), g.tags.get(asg_tags.ROLE)) for g in region.groups.values()
                if g.tags.get(asg_tags.PUSH) and not g.deleting]
        twice = {push for push in made if made.count(push) > 1}
        if twice:
            self._breaks(3, f"{' and '.join(map(str, twice))} has more than one group in {region.name}")

    def _lease_is_held(self, region: str, owner: str, verb: str) -> None:
        service = self.world.service.service
        held = self.world.leases.held.get(lease_key(service, "prod", region))
        if held is None or held.owner != owner:
            self._breaks(4, f"{verb} of {owner} in {region}: the lease is held by {held.owner if held else 'nobody'}")

    def _is_blind(self, region: Region) -> bool:
        since = self.blind_since.get(region.name)
        return since is not None and self.world.now - since > BLIND_KNOWN

    def _of_a_baseline(self, region: Region, push_id: str, args: tuple) -> bool:
        """Whether the call takes away from an ASG that takes the traffic of all, and that this push did not make."""
        names = [args[0]] if len(args) == 1 else [g.name for i in args[1] if (g := region.owner(i))]
        return any(name in region.groups and region.groups[name].tags.get(asg_tags.PUSH) != push_id
                   and parse(name).cluster == cluster_name(self.world.service.service, "prod")
                   and region.groups[name].tags.get(asg_tags.ROLE) not in PAIR for name in names)

    def _breaks(self, law: int, what: str) -> None:
        self.broken = self.broken or Violation(f"law {law}: {what}")
        raise self.broken


def serving(region: Region) -> Serving:
    """The instances that answer requests now, by target group."""
    return {arn: {i for i, target in region.target_groups[arn].targets.items()
                  if target.state == "healthy" and (machine := region.machine(i)) and machine.alive}
            for arn in region.weights}


def _counted(there: Serving) -> str:
    return "+".join(str(len(instances)) for instances in there.values())


def _terminates(region: Region, instance: str, groups: set[str]) -> bool:
    machine, group = region.machine(instance), region.owner(instance)
    return bool(machine and group and machine.alive and machine.state == "Terminating" and group.name in groups)
