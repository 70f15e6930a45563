"""The page of a canary that still bakes: at each quarter of its bake, and when a person asks for one. It decides
nothing, and is never a verdict."""

import json
from dataclasses import asdict
from datetime import datetime

from include.domain import asg_tags
from include.domain.asg_names import cluster_name
from include.domain.asg_tags import Role
from include.domain.canary import Canary
from include.domain.errors import Refused
from include.domain.service import Service
from include.ports import Archive, Clusters, Metrics
from include.steps.canary.scoring import began, measured, with_floors
from include.steps.push.reporting import keep_page, of_push

QUARTERS = 4
BAKES = "bakes/"


def at_each_quarter(canary: Canary, service: Service, now: datetime, metrics: Metrics, archive: Archive) -> str:
    """The address of the page that this look wrote; "" where none was due."""
    archive.put(_key(canary, ".json"), json.dumps(asdict(canary), default=datetime.isoformat).encode(),
                "application/json")
    since = began(canary, service)
    quarter = int(QUARTERS * ((now - since) / (canary.bake_until - since)))
    key = _key(canary, f"-{100 * quarter // QUARTERS}-percent.html")
    if not 0 < quarter < QUARTERS or archive.keys(key):
        return ""
    return _keep(key, canary, service, now, metrics, archive)


def report_now(service: Service, environment: str, now: datetime, clusters: Clusters, metrics: Metrics,
               archive: Archive) -> str:
    """The address of a page on the canary that bakes at the moment; Refused where none does, or it is not yet warm."""
    cluster = cluster_name(service.service, environment)
    pushes = [asg.tags.get(asg_tags.PUSH, "") for asg in clusters.asgs(cluster)
              if asg.tags.get(asg_tags.ROLE) == Role.CANARY and not asg.deleting]
    kept = [key for push in pushes if push for key in archive.keys(of_push(service.service, push, BAKES))
            if key.endswith(".json")]
    if not kept:
        raise Refused(f"no canary of {cluster} bakes in {service.canary.region}: there is nothing to report on")
    canary = _read(archive.get(max(kept)))
    if now <= began(canary, service):
        raise Refused(f"{canary.canary_asg} warms up until {began(canary, service):%H:%M:%S} UTC: there is nothing to "
                      "report on yet")
    until = min(now, canary.bake_until)
    return _keep(_key(canary, f"-at-{now:%H%M%S}.html"), canary, service, until, metrics, archive)


def _keep(key: str, canary: Canary, service: Service, until: datetime, metrics: Metrics, archive: Archive) -> str:
    def draw() -> str:
        from include.reports.canary import canary_report

        table = measured(canary, began(canary, service), until, metrics)
        still = f"It still bakes, until {canary.bake_until:%Y-%m-%d %H:%M} UTC: this is no verdict."
        return canary_report(canary, with_floors(canary, table, service, metrics, archive), service.canary.go_score,
                             began(canary, service), until, table, service.metrics, interim=still)

    return keep_page(key, draw, archive)


def _read(body: bytes) -> Canary:
    said = json.loads(body)
    return Canary(**said | {name: datetime.fromisoformat(said[name]) for name in ("launched_at", "bake_until")})


def _key(canary: Canary, name: str) -> str:
    """By when it was launched, too: a canary that a person has launched again is another one."""
    return of_push(canary.service, canary.push_id, f"{BAKES}{canary.launched_at:%Y%m%dT%H%M%S}{name}")
