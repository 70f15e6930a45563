"""When a weekly push starts by itself. The scheduler reads the whole plan from its database, and no file."""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction, Timetable
from pendulum import DateTime, instance

from include.domain.service import Service
from include.domain.weekly import WeeklyPlan, next_start, weekly_plan
from plugins.services import markets

# A moment may have passed by so much when Airflow is asked, as each parse of the DAG file does: it is not lost between.
LATE = timedelta(minutes=5)


class WeeklyPush(Timetable):
    """Each week once, outside peaks and freezes. What Airflow slept through is not made good; a person starts a push at
    any time."""

    def __init__(self, plan: WeeklyPlan):
        self.plan = plan
        self.description = plan.sentence

    @property
    def summary(self) -> str:
        return f"{self.plan.day} {self.plan.at:%H:%M} {self.plan.time_zone}"

    def serialize(self) -> dict[str, Any]:
        from pydantic import TypeAdapter

        return {"plan": TypeAdapter(WeeklyPlan).dump_python(self.plan, mode="json")}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> "WeeklyPush":
        from pydantic import TypeAdapter

        return cls(TypeAdapter(WeeklyPlan).validate_python(data["plan"]))

    def infer_manual_data_interval(self, *, run_after: DateTime) -> DataInterval:
        return DataInterval.exact(run_after)

    def next_dagrun_info(self, *, last_automated_data_interval: DataInterval | None,
                         restriction: TimeRestriction) -> DagRunInfo | None:
        last = last_automated_data_interval.end if last_automated_data_interval else None
        moment = next_start(self.plan, self._not_before(restriction), last)
        if moment is None or (restriction.latest is not None and moment > restriction.latest):
            return None
        return DagRunInfo.exact(instance(moment))

    def _not_before(self, restriction: TimeRestriction) -> datetime:
        recent = datetime.now(UTC) - LATE
        return recent if restriction.earliest is None else max(recent, restriction.earliest)


def weekly_push(service: Service) -> WeeklyPush:
    """The timetable of a service that declares `weekly`."""
    return WeeklyPush(weekly_plan(service, markets()))
