"""One region of the data plane: its instances, balancers, checks, viewers and meters, as control declares them."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from typing import Any

from include.domain.errors import BadInput
from include.local_cloud.behaviour import Behaviour, checked
from include.local_cloud.data import routing, target_group
from include.local_cloud.data.balancer import Balancer
from include.local_cloud.data.health_checks import HealthChecks
from include.local_cloud.data.instance import Instance
from include.local_cloud.data.instance_meters import InstanceMeter
from include.local_cloud.data.load import Viewers
from include.local_cloud.data.meters import Meter, Second
from include.local_cloud.data.target_group import TargetGroup

log = logging.getLogger(__name__)


class Region:
    """`rate()` is the viewers' requests per second; `entrances()` the load balancers (their names) that they go to."""

    def __init__(self, name: str, rate: Callable[[], float], entrances: Callable[[], Collection[str]]):
        self.name = name
        self.instances: dict[str, Instance] = {}
        self.target_groups: dict[str, TargetGroup] = {}
        self.balancers: dict[str, Balancer] = {}          # by listener ARN
        self.meters: dict[str, Meter] = {}
        self.seconds: dict[str, Second] = {}              # by ASG: the last one taken
        self.viewers = Viewers(rate, self._addresses)
        self.checks = HealthChecks()
        self.facts: dict[str, Mapping[str, Any]] = {}     # by instance: all that control knows
        self._own_meters: dict[str, InstanceMeter] = {}   # by instance
        self._asgs: dict[str, str] = {}                   # by instance, those that are gone too
        self._entrances = entrances
        self._tasks: set[asyncio.Task] = {asyncio.get_running_loop().create_task(self.viewers.run())}
        self._opening: set[str] = set()

    def apply(self, declared: Mapping[str, Any]) -> None:
        """Become what control declares now."""
        self.facts = {one["id"]: one for one in declared["instances"] if one["state"] != "terminated"}
        self._asgs |= {id: one["asg"] for id, one in self.facts.items() if one["asg"]}
        addresses = {id: one["ip"] for id, one in self.facts.items() if one["ip"]}
        self._apply_target_groups(declared["target_groups"], addresses)
        self._apply_instances()
        self._apply_balancers(declared["load_balancers"])
        self.checks.apply([group for arn, group in self.target_groups.items() if arn in self._used()], addresses)

    def _apply_target_groups(self, declared: list[Mapping], addresses: Mapping[str, str]) -> None:
        for arn in set(self.target_groups) - {one["arn"] for one in declared}:
            self.target_groups.pop(arn).close()
        for one in declared:
            self.target_groups.setdefault(one["arn"], TargetGroup(one["arn"])).apply(one, addresses)

    def _apply_instances(self) -> None:
        running = {id for id, one in self.facts.items() if one["state"] == "running" and one["behaviour"] is not None}
        for id in set(self.instances) - running:
            self.instances.pop(id).close()
        for id in running - set(self.instances):
            one = self.facts[id]
            self.instances[id] = Instance(id, one["ip"], one["asg"] or "", one["commit"] or "",
                                          self._behaviour(one), one["launched"])
        self.open_ports()

    def open_ports(self) -> None:
        """Every instance listens where its target groups send to; tried again as long as an address is taken."""
        for id, instance in self.instances.items():
            wanted = target_group.ports(self.target_groups, instance)
            if id not in self._opening and not instance.listens_on(wanted):
                self._opening.add(id)
                self._spawn(instance.open(wanted)).add_done_callback(lambda _, id=id: self._opening.discard(id))

    def _behaviour(self, one: Mapping) -> Behaviour:
        try:
            return checked(one["behaviour"], f"behaviour.yaml of commit {one['commit']}")
        except BadInput as error:
            log.error("instance %s does not start: %s", one["id"], error)
            return Behaviour(starts=False)

    def _apply_balancers(self, declared: list[Mapping]) -> None:
        listeners = {listener["arn"]: (balancer, listener) for balancer in declared
                     for listener in balancer["listeners"]}
        for arn in set(self.balancers) - set(listeners):
            self.balancers.pop(arn).close()
        for arn, (balancer, listener) in listeners.items():
            if arn not in self.balancers:
                self.balancers[arn] = Balancer(balancer["name"], int(listener["port"]), self.target_groups,
                                               self.asg_of, self._count)
                self._spawn(self.balancers[arn].open())
            self.balancers[arn].rules = routing.rules(listener["rules"], self.balancers[arn].rules)

    def _used(self) -> set[str]:
        return {arn for balancer in self.balancers.values() for rule in balancer.rules for arn in rule.turns.weights}

    def _spawn(self, coroutine) -> asyncio.Task:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _addresses(self) -> list[tuple[str, int]]:
        return [balancer.address for balancer in self.balancers.values()
                if balancer.name in self._entrances() and balancer.address]

    def asg_of(self, instance: str) -> str:
        return self._asgs.get(instance, "")

    # --- counting

    def _count(self, instance: str, call: int, status: int, milliseconds: float) -> None:
        asg = self.asg_of(instance)
        if asg:
            self.meters.setdefault(asg, Meter()).count(call, status, milliseconds)
            self._own_meters.setdefault(instance, InstanceMeter()).count(status, milliseconds)

    def healthy(self) -> set[str]:
        """Instances that are healthy in at least one target group."""
        return {instance for group in self.target_groups.values() for instance, state in group.states.items()
                if state == routing.HEALTHY}

    def tick(self, now: float) -> dict[str, Second]:
        """Once a second: what each ASG did since the last time. `now` is the loop's time."""
        self.viewers.tick()
        self.open_ports()
        samples: dict[str, dict[str, dict[str, float]]] = {}
        for id, instance in self.instances.items():
            if instance.asg:
                samples.setdefault(instance.asg, {})[id] = instance.sample(now)
        self._own_meters = {id: self._own_meters.get(id) or InstanceMeter() for id in self.instances}
        healthy = self.healthy()
        self.seconds = {}
        for asg in {one["asg"] for one in self.facts.values() if one["asg"]} | set(samples):
            meter = self.meters.setdefault(asg, Meter())
            count = sum(one["asg"] == asg and id in healthy for id, one in self.facts.items())
            found = samples.get(asg, {})
            self.seconds[asg] = meter.take(len(found), count, list(found.values()))
            self.seconds[asg].instances = {id: self._own_meters[id].take(sample) for id, sample in found.items()}
        return self.seconds

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        self.checks.close()
        self.viewers.close()
        for one in (*self.balancers.values(), *self.instances.values(), *self.target_groups.values()):
            one.close()
