"""How well the team delivers: the four figures of DORA (Forsgren, Humble, Kim: Accelerate, 2018), from the records of
the pushes to prod."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from include.domain.push import PushEnd, PushKind, PushRecord

PERIOD = timedelta(days=28)


@dataclass(frozen=True)
class Figures:
    """Over the last 28 days. `lead_time`: the median from the start of a push, which is its commit's arrival, to its
    end in all regions. `failed` of `changed` pushes changed prod and were undone, or left a person with it. `restore`:
    the median from the start of such a push to its end: prod was harmed for no longer. None: there was none."""

    pushes: int
    a_week: float
    lead_time: timedelta | None
    changed: int
    failed: int
    restore: timedelta | None


def figures(records: Sequence[PushRecord], undone: Collection[str], now: datetime) -> Figures:
    """`undone` are the ids of pushes that were undone after they took prod's traffic. One that its canary ended changed
    nothing: it is no failure of a change, it prevented one."""
    recent = [record for record in records if now - record.ended_at < PERIOD
              and record.kind in (PushKind.PATCH, PushKind.WEEKLY)]
    good = [record for record in recent if record.end == PushEnd.SUCCESS]
    failed = [record for record in recent if record.end == PushEnd.FAILURE_DIRTY or record.push_id in undone]
    return Figures(len(good), 7 * len(good) / PERIOD.days, _median(good), len(good) + len(failed), len(failed),
                   _median(failed))


def _median(records: Sequence[PushRecord]) -> timedelta | None:
    if not records:
        return None
    return timedelta(seconds=median((record.ended_at - record.started_at).total_seconds() for record in records))
