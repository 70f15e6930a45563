"""Canary against baseline, measured and judged; the readings and the page go into the archive.

The judge brings numpy, so it is imported where it is used.
"""

import json
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING

from include.domain.canary import Canary, Decision, Verdict
from include.domain.errors import Inconclusive, NoGo
from include.domain.looks import Look
from include.domain.service import Service
from include.domain.squeeze.efficiency import efficiency
from include.domain.squeeze.sweet_spot import SweetSpot
from include.ports import Archive, Metrics, MetricTable
from include.steps.canary.history import known, remember
from include.steps.canary.sick import sick_instances
from include.steps.changes.kept import page_of_changes
from include.steps.push.reporting import keep_page, of_push

if TYPE_CHECKING:
    from include.domain.scoring.readings import Judgement, Reading

READINGS = "readings.json"


def judge(canary: Canary, service: Service, since: datetime, until: datetime, metrics: Metrics,
          archive: Archive) -> "tuple[Verdict, list[Reading]]":
    """The verdict on what both sides did between two instants, and a reading for each metric."""
    judgement = _judgement(canary, measured(canary, since, until, metrics), service, metrics, archive)
    return judgement.verdict(canary.push_id), list(judgement.readings)


def harm(canary: Canary, service: Service, since: datetime, until: datetime, metrics: Metrics,
         archive: Archive) -> str | None:
    """Why the bake must end now, with the floors that were used, or None."""
    from include.domain.scoring.early import said, worst_harm
    from include.domain.scoring.sick import explained

    table = measured(canary, since, until, metrics)
    planned = round((canary.bake_until - since).total_seconds() / service.metrics.step_seconds)
    history = known(canary, table, service, metrics, archive)
    found = worst_harm(table.names, table.values[0], table.values[1], service.metrics, service.canary,
                       max(1, planned), history.floors)
    if found is None:
        return None
    found = explained(found, sick_instances(canary, [found], table, service, metrics, history.floors))
    return f"{said(found)} ({history.said})"


def score(canary: Canary, service: Service, look: Look, metrics: Metrics, archive: Archive,
          sweet_spot: SweetSpot | None = None) -> Verdict:
    """Go, with the report's address; anything else is raised with the reason. What was once judged stays judged.
    `sweet_spot` None: nothing is squeezed, and the score says nothing of efficiency."""
    verdict = (kept_verdict(canary.service, canary.push_id, archive)
               or _judge_and_keep(canary, service, metrics, archive, sweet_spot))
    if verdict.decision == Decision.GO:
        return verdict
    sentence = f"{verdict.reason} ({verdict.report})" if verdict.report else verdict.reason
    raise (NoGo if verdict.decision == Decision.NO_GO else Inconclusive)(sentence, verdict)


def kept_verdict(service: str, push_id: str, archive: Archive) -> Verdict | None:
    """The verdict in the archive, if the canary was judged."""
    body = archive.get(of_push(service, push_id, READINGS))
    return Verdict(**json.loads(body)["verdict"]) if body else None


def _judge_and_keep(canary: Canary, service: Service, metrics: Metrics, archive: Archive,
                    sweet_spot: SweetSpot | None) -> Verdict:
    table = judged_time(canary, service, metrics)
    judgement = with_floors(canary, table, service, metrics, archive, sweet_spot)
    if judgement.decision == Decision.GO:
        remember(canary, table, service, archive)
    return keep(canary, service, table, judgement, archive,
                "./squeeze.html" if sweet_spot and sweet_spot.report else "")


def judged_time(canary: Canary, service: Service, metrics: Metrics) -> MetricTable:
    """Both sides over the bake, without its warm-up."""
    return measured(canary, began(canary, service), canary.bake_until, metrics)


def keep(canary: Canary, service: Service, table: MetricTable, judgement: "Judgement", archive: Archive,
         squeezed: str = "") -> Verdict:
    """The page first: the readings are the mark that the canary is judged. `squeezed` is the squeeze's page, as the
    canary's links to it."""
    from include.reports.canary import canary_report

    report = keep_page(_key(canary, "canary.html"), lambda: canary_report(
        canary, judgement, service.canary.go_score, began(canary, service), canary.bake_until, table,
        service.metrics, links={"What changes": page_of_changes(canary.service, canary.push_id, archive),
                                "The squeeze": squeezed}), archive)
    verdict = judgement.verdict(canary.push_id, report)
    kept = {"verdict": asdict(verdict), "readings": [reading._asdict() for reading in judgement.readings],
            "coverage_percent": judgement.coverage_percent, "canary_requests": judgement.canary_requests,
            "baseline_requests": judgement.baseline_requests, "points_in_time": judgement.points_in_time,
            "floors": judgement.floors, "sick": judgement.sick}
    archive.put(_key(canary, READINGS), json.dumps(kept).encode(), "application/json")
    return verdict


def with_floors(canary: Canary, table: MetricTable, service: Service, metrics: Metrics, archive: Archive,
                sweet_spot: SweetSpot | None = None) -> "Judgement":
    """The judgement, whose reason says which floors it used."""
    judgement = _judgement(canary, table, service, metrics, archive)
    if sweet_spot:
        from include.domain.scoring.efficiency import with_efficiency

        allowed = service.squeeze.max_drop_percent
        judgement = with_efficiency(judgement, efficiency(sweet_spot, allowed), allowed, service.canary.go_score)
    return replace(judgement, reason=f"{judgement.reason} ({judgement.floors})")


def _judgement(canary: Canary, table: MetricTable, service: Service, metrics: Metrics,
               archive: Archive) -> "Judgement":
    from include.domain.scoring.judge import judge as decide
    from include.domain.scoring.sick import named

    history = known(canary, table, service, metrics, archive)
    judgement = decide(table.names, table.values[0], table.values[1], service.metrics, service.canary, history.floors)
    found = sick_instances(canary, judgement.differing, table, service, metrics, history.floors)
    return replace(named(judgement, found, service.canary.go_score), floors=f"{judgement.floors}{history.but}")


def began(canary: Canary, service: Service) -> datetime:
    """When the canary was warm."""
    return canary.launched_at + service.lasts(minutes=service.canary.warm_up_minutes)


def measured(canary: Canary, since: datetime, until: datetime, metrics: Metrics) -> MetricTable:
    """Both sides in the same bins: the canary, then the baseline."""
    return metrics.read([canary.canary_asg, canary.baseline_asg], since, until)


def _key(canary: Canary, name: str) -> str:
    return of_push(canary.service, canary.push_id, name)
