"""Ending a canary before its time: only for overwhelming harm, and never a go.

The chance of ending a good canary is a budget for the whole window, spent evenly over it (Lan and DeMets 1983). It
belongs to fixed instants of the window, not to looks: a look judges the data up to the last instant that has passed,
so any number of looks, at any time, spends no more.
"""

from collections.abc import Sequence

import numpy as np

from include.domain.declared.canary import CanaryPlan
from include.domain.metric_sources import MetricSource
from include.domain.scoring.floors import ENOUGH, Floors
from include.domain.scoring.look import checked, look
from include.domain.scoring.readings import Reading
from include.domain.scoring.rules import worth
from include.domain.scoring.series import LEVEL, ROBUST

UNKNOWN_TOLERANCE = 0.25    # a metric without a floor, or with one of few readings, is not overwhelmingly worse before
VIEWS = (LEVEL, ROBUST)


def overwhelming_harm(names: Sequence[str], canary: np.ndarray, baseline: np.ndarray, source: MetricSource,
                      plan: CanaryPlan, planned: int, floors: Floors | None = None) -> str | None:
    """Why the canary must end now, or None."""
    harm = worst_harm(names, canary, baseline, source, plan, planned, floors)
    return said(harm) if harm else None


def said(harm: Reading) -> str:
    return f"overwhelming harm: {harm.sentence}"


def worst_harm(names: Sequence[str], canary: np.ndarray, baseline: np.ndarray, source: MetricSource, plan: CanaryPlan,
               planned: int, floors: Floors | None = None) -> Reading | None:
    """The dearest reading where critical and high metrics are so surely worse that the score will be under
    `plan.go_score`, or None. `planned` is how many points the whole window has; the arrays have those up to now."""
    canary, baseline = checked(names, canary), checked(names, baseline)
    instants = looks_of(plan)
    upto = last_instant(min(canary.shape[1], planned), planned, instants)
    important = np.flatnonzero(worth(names, source.rules).important())
    if not len(important) or upto < 1:
        return None
    found = look([names[row] for row in important], canary[important, :upto], baseline[important, :upto], source,
                 floors or Floors.none(), false_alarms=plan.false_abort_percent / 100 / instants,
                 unknown=UNKNOWN_TOLERANCE, only=VIEWS, enough=ENOUGH)
    return found.readings()[0] if found.labels.points.sum() > 100 - plan.go_score else None


def looks_of(plan: CanaryPlan) -> int:
    """How many instants the budget is spread over: one for each declared look."""
    return max(1, round(plan.bake_hours * 60 / plan.look_every_minutes))


def last_instant(points: int, planned: int, instants: int) -> int:
    """How many points had passed at the last instant, 0 before the first."""
    passed = points * instants // max(planned, 1)
    return min(points, -(-passed * planned // instants))
