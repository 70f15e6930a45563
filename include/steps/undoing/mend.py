"""What is done about one thing that is left over: the step that it was meant for, taken under the lease of a repair."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from include.domain import asg_tags
from include.domain.cluster import Asg
from include.domain.errors import NothingToUndo, Refused
from include.domain.left_over import Finding, Mend, Seen
from include.domain.looks import Look, Wait, Why
from include.domain.red_black.capacity import can_carry, carried_rps
from include.domain.red_black.processes import suspended_by_others
from include.domain.red_black.sizes import recorded_sizes
from include.domain.service import Service
from include.domain.standing import named, red
from include.ports import Clusters, Metrics, Traffic
from include.steps.canary.pair import Place, leave, weights_back
from include.steps.lease import Held
from include.steps.red_black.disable import disable, longest_drain
from include.steps.red_black.enable import enable
from include.steps.red_black.ladder import healthy, until, until_launched
from include.steps.red_black.live import measured_rps
from include.steps.red_black.pin import un_pin
from include.steps.undoing.roll_back import undo


@dataclass(frozen=True)
class Region:
    """One region under the lease of a repair: what was seen there, and the guarded ports."""

    seen: Seen
    service: Service
    environment: str
    look: Look
    clusters: Clusters
    traffic: Traffic
    metrics: Metrics
    held: Held

    def asg(self, finding: Finding) -> Asg:
        found = named(self.seen.asgs, finding.thing)
        if found is None:
            raise Refused(f"{finding.thing} is gone from {self.seen.region}")
        return found

    def until(self, reason: str, asg: Asg | None = None, why: Why = Why.WORK) -> Wait:
        drains = longest_drain(asg, self.traffic) if asg else None
        return until(reason, self.look, self.service, why=why, **({"besides": drains} if drains else {}))

    def cannot_carry_without(self, asg: Asg) -> str | None:
        """Law 1: whether those that take the traffic can do without this one."""
        serving = red(self.seen.asgs, self.seen.cluster)
        rps = measured_rps([one.name for one in serving], self.look, self.service, self.metrics)
        healthy_now = sum(healthy(one, self.traffic) for one in serving)
        carried = carried_rps(self.service.red_black.instance_rps, rps, healthy_now)
        staying = sum(healthy(one, self.traffic) for one in serving if one is not asg)
        return can_carry(staying, rps, carried)


def mend(place: Region, finding: Finding) -> Wait | None:
    """Do it, or what must be waited for first."""
    return MENDS[finding.mend](place, finding)


def _roll_back(place: Region, finding: Finding) -> Wait | None:
    try:
        done = undo(finding.thing, place.service, place.environment, place.seen.region, place.look, place.clusters,
                    place.traffic, place.metrics, place.held)
    except NothingToUndo as nothing:
        raise Refused(f"{finding}: {nothing}") from nothing
    return done if isinstance(done, Wait) else None


def _put_back(place: Region, finding: Finding) -> Wait | None:
    asg = place.asg(finding)
    wanted = max(1, (recorded_sizes(asg) or asg).desired)
    reason = enable(asg, wanted, place.clusters, place.traffic)
    if reason:
        return until_launched(f"{asg.name} must take traffic: {reason}", asg, place.look, place.service, place.clusters)
    un_pin(asg, place.clusters, max(wanted, asg.desired))
    return None


def _retire(place: Region, finding: Finding) -> Wait | None:
    where = Place(place.seen.cluster, place.seen.region, place.seen.main)
    kept = weights_back(where, place.service, place.look, place.clusters, place.traffic, place.metrics)
    if kept:
        return place.until(kept, why=Why.CAPACITY)
    reason = leave(finding.thing, where, place.clusters, place.traffic)
    return place.until(reason) if reason else None


def _take_off(place: Region, finding: Finding) -> Wait | None:
    asg = place.asg(finding)
    reason = place.cannot_carry_without(asg)
    if reason:
        return place.until(f"{asg.name} keeps its traffic: {reason}", why=Why.CAPACITY)
    reason = disable(asg, place.look, place.clusters, place.traffic, place.held)
    return place.until(reason, asg) if reason else None


def _un_pin(place: Region, finding: Finding) -> None:
    asg = place.asg(finding)
    un_pin(asg, place.clusters, asg.desired)


def _delete(place: Region, finding: Finding) -> Wait | None:
    """As the last step of its push would have: what people suspended on it stays suspended on its successor."""
    asg = place.asg(finding)
    if place.seen.has_traffic(asg):
        return place.until(f"{asg.name} is kept: it is still in a target group", asg)
    reason = place.cannot_carry_without(asg)
    if reason:
        return place.until(f"{asg.name} is kept: {reason}", why=Why.CAPACITY)
    for new in red(place.seen.asgs, place.seen.cluster):
        if new.tags.get(asg_tags.REPLACES) == asg.name:
            place.clusters.suspend(new.name, suspended_by_others(asg))
    place.clusters.delete(asg.name)
    return None


def _release(place: Region, finding: Finding) -> None:
    """Taken by the repair, and given back at its end."""


MENDS: Mapping[Mend, Callable[[Region, Finding], Wait | None]] = {
    Mend.ROLL_BACK: _roll_back, Mend.PUT_BACK: _put_back, Mend.RETIRE: _retire, Mend.TAKE_OFF: _take_off,
    Mend.UN_PIN: _un_pin, Mend.DELETE: _delete, Mend.RELEASE: _release}
