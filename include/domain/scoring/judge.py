"""The verdict on a canary from the metrics of both sides. Pure and deterministic; imports numpy, so import it late.

What it knows of a metric is its name: which metrics there are, and what they are worth, is declared by the service."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from include.domain.canary import Decision
from include.domain.declared.canary import CanaryPlan
from include.domain.metric_sources import MetricSource
from include.domain.scoring.floors import Floor, Floors
from include.domain.scoring.gates import gap, one_sided_share
from include.domain.scoring.look import checked, look
from include.domain.scoring.readings import Judgement
from include.domain.scoring.sentences import floors_used, outcome
from include.domain.scoring.vanished import with_vanished


def judge(names: Sequence[str], canary: np.ndarray, baseline: np.ndarray, source: MetricSource,
          plan: CanaryPlan, floors: Floors | None = None) -> Judgement:
    """`canary` and `baseline` are (metrics × points), NaN for gaps, in the order of `names`. Counts come per second,
    as means over points of `source.step_seconds`. `floors` is how far each metric moves though nothing is wrong."""
    floors = floors or Floors.none()
    canary, baseline = checked(names, canary), checked(names, baseline)
    found = look(names, canary, baseline, source, floors)
    found = replace(found, labels=with_vanished(found.labels, found.measured, found.worth))
    readings = found.readings()
    coverage = 100.0 * (1 - one_sided_share(found.measured)) if len(names) else 0.0
    requests = tuple(source.step_seconds * _total(names, side, source.requests) for side in (canary, baseline))
    score = round(max(0.0, 100.0 - float(found.labels.points.sum())), 2)
    missing = gap(found.names, found.measured, source, plan, coverage, requests)
    lost = readings[: np.count_nonzero(found.labels.points)]
    decision, reason = outcome(score, plan.go_score, lost, missing)
    return Judgement(decision, 0.0 if decision == Decision.ERROR else score, reason, readings, round(coverage, 1),
                     *requests, found.measured.points if len(names) else 0, _used(floors, found.floor))


def _total(names: Sequence[str], side: np.ndarray, metric: str) -> float:
    if metric not in names:
        return 0.0
    row = np.asarray(side[list(names).index(metric)], dtype=float)
    return float(row[np.isfinite(row)].sum())


def _used(floors: Floors, floor: Floor) -> str:
    known = floor.origin[floor.count > 0]
    return floors_used(len(floor.count), [(source, int((known == number).sum()))
                                          for number, source in enumerate(floors.sources)])
