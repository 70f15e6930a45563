"""A calibration: canary and baseline both on the running AMI. How far they differ is what every metric moves though
nothing is wrong, and goes to the history that later canaries are judged by."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from include.domain import asg_tags
from include.domain.asg_names import cluster_name
from include.domain.canary import Canary, Decision, Verdict
from include.domain.errors import GaveWay, Inconclusive
from include.domain.looks import Look, Wait
from include.domain.push import Push, PushKind
from include.domain.service import Service
from include.domain.standing import running
from include.ports import Archive, Clusters, Leases, Metrics, Runs, Traffic
from include.steps.canary.history import remember
from include.steps.canary.life import following_look, retire, still_alive
from include.steps.canary.scoring import judged_time, keep, kept_verdict, with_floors
from include.steps.lease import lease_key
from include.steps.push.ends import ENVIRONMENT

if TYPE_CHECKING:
    from include.domain.scoring.readings import Judgement


def start_calibration(started_by: str, push_id: str, service: Service, now: datetime, clusters: Clusters) -> Push:
    """A push that pushes nothing. Its AMI stays empty: launched is what runs by then."""
    cluster = cluster_name(service.service, ENVIRONMENT)
    main = running(clusters.asgs(cluster), cluster, service.canary.region)
    return Push(push_id, service.service, ENVIRONMENT, PushKind.CALIBRATION, main.tags.get(asg_tags.COMMIT, ""), "", "",
                "both sides on the running AMI", started_by, now)


def bake_calibration(canary: Canary, service: Service, look: Look, clusters: Clusters, traffic: Traffic,
                     leases: Leases) -> Canary | Wait:
    """Wait for the whole bake. Harm ends nothing here: what looks like it is noise, and what there is to learn. GaveWay
    where somebody waits for the lease: half a bake would teach the wrong noise."""
    lease = leases.holder(lease_key(canary.service, canary.environment, canary.region))
    if lease and lease.owner == canary.push_id and lease.wanted_by:
        raise GaveWay(f"gives way to {lease.wanted_by}: nothing is learned today")
    still_alive(canary, clusters, traffic)
    if look.now >= canary.bake_until:
        return canary
    return Wait(f"both sides run the running AMI until {canary.bake_until:%H:%M:%S} UTC", look.since,
                following_look(canary, service, look), canary.bake_until)


def learn(canary: Canary, service: Service, metrics: Metrics, archive: Archive) -> Verdict:
    """The readings go to history, whatever the score; Inconclusive where there was too little to learn from."""
    verdict = kept_verdict(canary.service, canary.push_id, archive)
    if verdict is None:
        table = judged_time(canary, service, metrics)
        judgement = with_floors(canary, table, service, metrics, archive)
        if judgement.decision in (Decision.GO, Decision.NO_GO):
            remember(canary, table, service, archive)
        verdict = keep(canary, service, table, replace(judgement, reason=_said(judgement)), archive)
    if verdict.decision not in (Decision.GO, Decision.NO_GO):
        raise Inconclusive(verdict.reason)
    return verdict


def retire_calibration(push: Push, service: Service, look: Look, clusters: Clusters, traffic: Traffic,
                       metrics: Metrics, leases: Leases, runs: Runs) -> Wait | None:
    """Both sides gone, and the lease given back to whoever waits for it."""
    waits = retire(push, service, look, clusters, traffic, metrics, leases, runs)
    if waits is None:
        leases.release(lease_key(push.service, push.environment, service.canary.region), push.id)
    return waits


def _said(judgement: "Judgement") -> str:
    if judgement.decision != Decision.NO_GO:
        return f"calibration: {judgement.reason}"
    return f"calibration: the same AMI on both sides is noisier than was known: {judgement.reason}"
