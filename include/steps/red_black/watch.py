"""Watching the new ASG take traffic: beside the baseline, and then alone, while the baseline is still kept."""

from dataclasses import replace
from datetime import timedelta

from include.domain.by_hand import to_keep
from include.domain.cluster import Asg
from include.domain.errors import Refused, Unhealthy
from include.domain.looks import Look, Wait
from include.domain.push import RegionPlan
from include.domain.red_black.watch import Next, Seen, Turn, Watch, alarms_seen, next_turn, tags_of, watch_of
from include.domain.service import Service
from include.ports import Alarms, Archive, Clusters, Leases, Metrics, Traffic
from include.steps.lease import hold
from include.steps.red_black.both import both
from include.steps.red_black.by_hand import changed_by_hand
from include.steps.red_black.comparing import against_the_last, side_by_side
from include.steps.red_black.disable import disabled_at
from include.steps.red_black.enable import is_disabled
from include.steps.red_black.instance_starts import note_series, of_plan
from include.steps.red_black.ladder import healthy, not_yet, until

ANEW = 2    # a clean period that began anew must fit before the watch gives up


def red_red(plan: RegionPlan, service: Service, look: Look, clusters: Clusters, traffic: Traffic, metrics: Metrics,
            leases: Leases, archive: Archive) -> RegionPlan | Wait:
    """Both take traffic for a while, and are compared."""
    clusters = hold(plan, look, leases).guard(clusters)
    new, baseline = both(plan, clusters)
    if baseline is None or is_disabled(baseline):
        return plan
    if waits := changed_by_hand(plan, new, baseline, service, look, clusters, traffic):
        return waits
    lasts = service.lasts(minutes=service.red_black.red_red_minutes)
    watch = watch_of(new, look.since)
    seen = _needed(side_by_side(plan, watch, service, look, metrics), lasts)
    reason = not_yet(new, plan.size, traffic)
    if reason:
        seen = replace(seen, unknown=(reason, *seen.unknown))
    then = _next(new, watch, seen, lasts, service, look, clusters)
    if then.turn == Turn.CERTIFY:
        note_series(of_plan(plan), plan.new, service, look, clusters, metrics, archive)
    return _answer("both take traffic", plan, watch, seen, then, lasts, service, look)


def holds(plan: RegionPlan, service: Service, look: Look, clusters: Clusters, traffic: Traffic, metrics: Metrics,
          alarms: Alarms, leases: Leases) -> RegionPlan | Wait:
    """Watch the new ASG alone, by its alarms and against the baseline's last numbers, until it was clean for long
    enough; what fails for longer than the countdown is Unhealthy, and undone."""
    clusters = hold(plan, look, leases).guard(clusters)
    new, baseline = both(plan, clusters)
    off = disabled_at(baseline) if baseline else None
    if baseline is None or off is None:
        return _only_new(plan, baseline)
    if waits := changed_by_hand(plan, new, baseline, service, look, clusters, traffic):
        return waits
    lasts = service.lasts(minutes=service.red_black.watch_minutes)
    watch = watch_of(new, off)
    seen = _needed(_all_of([_lost(plan, new, traffic),
                            alarms_seen(alarms.read(service.region(plan.environment, plan.region).alarms)),
                            against_the_last(plan, off, watch, service, look, metrics)]), lasts)
    then = _next(new, watch, seen, lasts, service, look, clusters)
    return _answer("watched", plan, watch, seen, then, lasts, service, look)


def _lost(plan: RegionPlan, new: Asg, traffic: Traffic) -> Seen:
    needed = min(plan.size, plan.baseline_desired)
    if healthy(new, traffic) >= needed:
        return Seen()
    return Seen(failing=(f"{plan.new} lost instances: {not_yet(new, needed, traffic)}",))


def _all_of(parts: list[Seen]) -> Seen:
    return Seen(tuple(said for part in parts for said in part.failing),
                tuple(said for part in parts for said in part.unknown), "".join(part.numbers for part in parts))


def _needed(seen: Seen, lasts: timedelta) -> Seen:
    """Where nothing is to be watched, nothing need be measured."""
    return seen if lasts else replace(seen, unknown=())


def _next(new: Asg, watch: Watch, seen: Seen, lasts: timedelta, service: Service, look: Look,
          clusters: Clusters) -> Next:
    """The turn, with what the next look must know written down first."""
    then = next_turn(watch, seen, look.now, lasts, service.lasts(minutes=service.red_black.countdown_minutes))
    tags = tags_of(watch, then)
    if tags:
        clusters.tag(new.name, tags)
    return then


def _answer(what: str, plan: RegionPlan, watch: Watch, seen: Seen, then: Next, lasts: timedelta, service: Service,
            look: Look) -> RegionPlan | Wait:
    if then.turn == Turn.CERTIFY:
        return plan
    if then.turn == Turn.UNDO:
        raise Unhealthy(f"{'; '.join(seen.failing)}; it has failed since {then.failing_since:%H:%M:%S} UTC")
    if watch.kept:
        return _kept(plan, watch, seen, service, look)
    limit = ANEW * lasts
    if seen.failing:
        keep = to_keep(plan.service, plan.environment, plan.region)
        wait = until(f"{'; '.join(seen.failing)}; rolled back if it still fails at {then.at:%H:%M:%S} UTC; to keep it "
                     f"in spite of that: {keep}", look, service, besides=limit)
        return replace(wait, next_look=min(wait.next_look, then.at), in_the_room=True)
    return until(f"{what} until {then.at:%H:%M:%S} UTC: {_said(seen)}", look, service, besides=limit)


def _kept(plan: RegionPlan, watch: Watch, seen: Seen, service: Service, look: Look) -> Wait:
    """Only a clean period ends it, or a person: to give up would roll it back."""
    next_look = look.now + service.lasts(minutes=service.red_black.look_every_minutes)
    return Wait(f"{'; '.join(seen.failing) or _said(seen)}; {plan.new} is kept by {watch.kept}: nothing is rolled back "
                "by itself, and nothing is certified before it was clean", look.since, next_look, None,
                in_the_room=bool(seen.failing))


def _said(seen: Seen) -> str:
    return "; ".join(said for said in (*seen.unknown, seen.numbers) if said)


def _only_new(plan: RegionPlan, baseline: Asg | None) -> RegionPlan:
    if baseline is not None:
        raise Refused(f"{baseline.name} was not disabled in {plan.region}: there is nothing to watch")
    return plan
