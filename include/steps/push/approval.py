"""A person lets a push into the regions: what they are shown, how long they have, and what holds when they say go."""

from collections.abc import Mapping
from datetime import datetime

from include.domain.approval import Answer, Approval, Evidence
from include.domain.asg_names import cluster_name
from include.domain.canary import Canary
from include.domain.changes.report import Told
from include.domain.errors import BadInput, NotApproved, Refused
from include.domain.looks import Look, Wait, Why
from include.domain.peak_windows import Market
from include.domain.push import Push
from include.domain.region_slots import region_slots
from include.domain.service import Service
from include.domain.standing import running
from include.domain.veto import must_not_be_vetoed
from include.ports import Alarms, Archive, Branches, Clusters, Images, Leases, Limits, Metrics, Traffic
from include.steps.canary.scoring import kept_verdict
from include.steps.changes.kept import kept_changes
from include.steps.lease import lease_key
from include.steps.push.pre_flight import pre_flight
from include.steps.push.weekly import (
    must_be_in_release,
    must_be_merged_back,
    must_move_forwards,
    must_not_meet_a_freeze,
)
from include.steps.scaling.foreseen import foreseen_scaling
from include.steps.squeeze.kept import kept_sweet_spot


def evidence(push: Push, service: Service, markets: Mapping[str, Market], look: Look, branches: Branches,
             archive: Archive, run: str, clusters: Mapping[str, Clusters], metrics: Mapping[str, Metrics]) -> Evidence:
    """What there is to decide by; `run` is the address of the push's own page."""
    verdict = kept_verdict(push.service, push.id, archive)
    if verdict is None:
        raise Refused(f"{push.id} has no score: nobody is asked to let it into the regions")
    commit = branches.commit(push.commit)
    spot = kept_sweet_spot(push.service, push.ami, push.id, archive)
    told = kept_changes(push.service, push.id, archive) or Told("", "")
    pages = (("Canary report", verdict.report), ("Squeeze", spot.report if spot else ""), ("What changes", told.page),
             ("The push", run))
    return Evidence(push.service, push.commit, commit.author, commit.subject, push.ami, push.started_by, push.reason,
                    verdict.score, verdict.reason, f"sweet spot: {spot.reason}" if spot else "",
                    tuple(page for page in pages if page[1]), tuple(region_slots(service, markets, look.now)),
                    "; ".join(filter(None, (told.sentence, told.missing))),
                    tuple(foreseen_scaling(push, service, look, clusters, metrics, archive)))


def answer_until(service: Service, look: Look) -> datetime:
    """When nobody need answer any more."""
    return look.since + service.lasts(hours=service.weekly.answer_hours)


def approval(push: Push, answer: Answer | None, link: str, service: Service, look: Look,
             leases: Leases) -> Approval | Wait:
    """Who said go; NotApproved where somebody said no, or nobody said anything. The canary is gone, so nobody else need
    wait for its lease meanwhile."""
    leases.release(lease_key(push.service, push.environment, service.canary.region), push.id)
    if answer:
        if answer.go:
            return Approval(push.id, answer.by, answer.at, answer.comment)
        why = f": {answer.comment}" if answer.comment else ""
        raise NotApproved(f"rejected by {answer.by} at {answer.at:%a %H:%M} UTC{why}; nothing was pushed")
    return _until_somebody_answers(link, service, look)


def still_good(push: Push, canary: Canary, service: Service, markets: Mapping[str, Market], look: Look,
               branches: Branches, images: Images, clusters: Mapping[str, Clusters], traffic: Mapping[str, Traffic],
               limits: Mapping[str, Limits], alarms: Mapping[str, Alarms]) -> Push:
    """The push, where what was said go to hours or days ago still holds; Refused or BadInput says what does not."""
    must_be_merged_back(service, branches)
    must_be_in_release(push.commit, service, branches)
    image = images.named(push.ami)
    if image is None:
        raise BadInput(f"AMI {push.ami} is not there any more")
    must_not_be_vetoed(image.name, image.veto, push.service)
    cluster = cluster_name(push.service, push.environment)
    serving = running(clusters[canary.region].asgs(cluster), cluster, canary.region)
    if canary.running_asg and serving.name != canary.running_asg:
        raise Refused(f"the canary was tried beside {canary.running_asg}, and {serving.name} takes the traffic of "
                      f"{canary.region} now: its score says nothing of that; start the weekly push again")
    must_move_forwards(push.commit, service, branches, clusters)
    must_not_meet_a_freeze(service, markets, look.now)
    return pre_flight(push, service, images, clusters, traffic, limits, alarms)


def _until_somebody_answers(link: str, service: Service, look: Look) -> Wait:
    weekly, until = service.weekly, answer_until(service, look)
    if look.now >= until:
        raise NotApproved(f"nobody answered in {weekly.answer_hours:g} h; nothing was pushed")
    reminded = until - service.lasts(hours=weekly.remind_hours)
    if look.now < reminded:
        return Wait(f"a person is needed: the score is there, and nothing is pushed unless somebody says go until "
                    f"{until:%a %H:%M} UTC: {link}", look.since, reminded, until, in_the_room=True,
                    why=Why.APPROVAL)
    return Wait(f"still nobody said go or no: after {until:%a %H:%M} UTC nothing is pushed: {link}", look.since, until,
                until, in_the_room=True, why=Why.APPROVAL)
