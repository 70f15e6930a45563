"""The in-memory twin of `Clusters`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from include.domain.asg_names import parse
from include.domain.cluster import Activity, Asg, Instance, NewAsg
from include.domain.errors import BadInput, Final
from include.domain.launch_template import Launches, TemplateVersion, described, launches_of
from include.domain.scaling.policies import REQUESTS, TRACKING, Policy, Tracking
from tests.world.physics import MOST_ACTIVITIES
from tests.world.region import Group, Region
from tests.world.requests import cut_off

MOST_TAGS = 50
TAG_LENGTH = 256


class InMemoryClusters:
    """ASGs of one region. `now` reads the world's clock; `changed` tells the world that something was done."""

    def __init__(self, region: Region, now: Callable[[], datetime], changed: Callable[[str], None]):
        self.region, self.now, self.changed = region, now, changed

    def asgs(self, cluster: str) -> list[Asg]:
        groups = [g for g in self.region.groups.values() if parse(g.name).cluster == cluster]
        return [_seen(group) for group in sorted(groups, key=lambda g: g.created_at)]

    def activities(self, asg: str) -> list[Activity]:
        return list(self._group(asg).activities[:MOST_ACTIVITIES])

    def create(self, new: NewAsg) -> None:
        if new.name in self.region.groups:
            return
        like = self._group(new.like)
        unknown = [arn for arn in new.target_groups or () if arn not in self.region.target_groups]
        if unknown:
            raise BadInput(f"{new.name}: no such target group {unknown[0]}")
        self.region.groups[new.name] = Group(
            new.name, self.now(), new.ami, like.template, str(int(like.template_version) + 1),
            like.target_groups if new.target_groups is None else new.target_groups, new.max_size)
        self.tag(new.name, new.tags)
        self.changed(f"{new.name} created")

    def resize(self, asg: str, *, minimum: int, maximum: int, desired: int | None = None) -> None:
        group = self._group(asg)
        desired = min(max(group.desired, minimum), maximum) if desired is None else desired
        if not 0 <= minimum <= desired <= maximum:
            raise BadInput(f"{asg}: sizes {minimum}/{maximum}/{desired} are not min ≤ desired ≤ max")
        if desired != group.desired:
            group.cause = moved("a user request update of AutoScalingGroup constraints", group.desired, desired)
        group.min_size, group.max_size, group.desired = minimum, maximum, desired
        self.changed(f"{asg} resized to {minimum}/{maximum}/{desired}")

    def suspend(self, asg: str, processes: Sequence[str]) -> None:
        self._group(asg).suspended |= set(processes)
        self.changed(f"{asg} suspended")

    def resume(self, asg: str, processes: Sequence[str]) -> None:
        self._group(asg).suspended -= set(processes)
        self.changed(f"{asg} resumed")

    def tag(self, asg: str, tags: Mapping[str, str | None]) -> None:
        group = self._group(asg)
        kept = {key: value for key, value in {**group.tags, **tags}.items() if value is not None}
        if len(kept) > MOST_TAGS:
            raise BadInput(f"{asg}: {len(kept)} tags, at most {MOST_TAGS}")
        for key, value in kept.items():
            if len(value) > TAG_LENGTH or any(not (c.isalnum() or c in " +-=._:/@") for c in value):
                raise BadInput(f"{asg}: tag {key}: AWS refuses {value!r}")
        group.tags = kept

    def copy_scaling(self, source: str, to: str) -> None:
        to, source = self._group(to), self._group(source)
        to.scaling |= source.scaling
        to.policies = source.policies | to.policies

    def policies(self, asg: str) -> list[Policy]:
        policies = self._group(asg).policies
        return [policies[name] for name in sorted(policies)]

    def track_requests(self, asg: str, tracking: Tracking) -> None:
        group = self._group(asg)
        if len(group.target_groups) != 1:
            raise BadInput(f"{asg} is in {len(group.target_groups)} target groups")
        group.policies[tracking.name] = Policy(tracking.name, TRACKING, REQUESTS, tracking.per_minute,
                                               tracking.warm_up_seconds)

    def drop_policy(self, asg: str, name: str) -> None:
        self._group(asg).policies.pop(name, None)

    def mark_healthy(self, instances: Sequence[str]) -> None:
        for instance in instances:
            machine = self.region.machine(instance)
            if machine is not None:
                machine.healthy = True

    def delete(self, asg: str) -> None:
        """With its instances at once, traffic or not, as ForceDelete does; what they still answer is cut off."""
        group = self.region.groups.get(asg)
        if group is None:
            return
        group.deleting, group.desired, group.min_size = True, 0, 0
        for machine in group.machines:
            machine.state, machine.seconds, machine.alive = "Terminating", 0, False
            cut_off(self.region, machine.id, f"{asg} deleted")
        self.changed(f"{asg} deleted")

    def launches(self, asg: str) -> Launches:
        """Versions that a test put into `region.versions`, and for what is not there the one that a push makes."""
        group = self._group(asg)
        kept = {version.number: version for version in self.region.versions.get(group.template, ())}
        number = group.template_version
        made = TemplateVersion(number, described(asg, group.ami, str(max(1, int(number) - 1))), group.created_at, "",
                               {"ImageId": group.ami, "InstanceType": "c7g.large"}, b"#!/bin/sh\nstart api\n")
        return launches_of(asg, group.template, number, {number: made, **kept}.values())

    def _group(self, asg: str) -> Group:
        if asg not in self.region.groups:
            raise Final(f"there is no ASG {asg} in {self.region.name}")
        return self.region.groups[asg]


def moved(why: str, before: int, after: int) -> str:
    """As AWS words the cause of an activity."""
    return f"At 2026-11-03T10:00:00Z {why} changing the desired capacity from {before} to {after}."


def _seen(group: Group) -> Asg:
    instances = tuple(Instance(m.id, m.state, m.healthy, m.zone, m.template_version) for m in group.machines)
    return Asg(group.name, group.created_at, group.min_size, group.max_size, group.desired, instances,
               group.target_groups, group.ami, group.template, group.template_version,
               frozenset(group.suspended), dict(group.tags), group.deleting)
