"""The beginning of a weekly push; it ends like any other."""

from typing import Any

from airflow.sdk import Param

from include.domain.audit import PUSH
from include.domain.declared.weekly import STAGING
from include.domain.looks import Wait
from include.domain.push import Push
from plugins.approvers import approvers
from plugins.operators.push import refuse_undeclared
from plugins.operators.step import StepOperator, Visit

TIMETABLE = "the timetable"

# Shown as a form in the UI, which demands what may not be null. A run that the timetable starts takes the defaults.
WEEKLY_FORM = {
    "commit": Param(None, type=["null", "string"], title="Commit", pattern="^([0-9a-f]{7,40})?$",
                    description="7 to 40 hex digits. Empty: the one that is healthy in staging."),
    "although": Param(None, type=["null", "string"], title="Although", maxLength=500,
                      description="Only where the commit is not what staging runs, healthy: why it is pushed all the "
                                  "same. It must be in the release branch in any case."),
    "reason": Param(None, type=["null", "string"], title="Reason", maxLength=500,
                    description="Why this is pushed now."),
}


class StartWeekly(StepOperator):
    """The commit of release that is healthy in staging, if nothing is in the way of a push."""

    by_hand = PUSH
    in_the_room = True

    def step(self, visit: Visit) -> Push | Wait:
        from include.steps.push.weekly import Staging, WeeklyRequest, start_weekly

        run, params = visit.context["dag_run"], visit.context["params"]
        refuse_undeclared(run.conf or {}, WEEKLY_FORM)
        approvers(visit.ports.service)   # nobody is to find out after a bake of hours that nobody may say go
        by = run.triggering_user_name or (TIMETABLE if _is_scheduled(run) else "a person")
        staging = Staging(*(visit.everywhere(port, STAGING) for port in ("clusters", "traffic")))
        asked = WeeklyRequest(**{name: params[name] or "" for name in WEEKLY_FORM}, started_by=by)
        return visit.take(start_weekly, asked, staging=staging, clusters=visit.everywhere("clusters"))

    def says(self, value: Push) -> str:
        return (f"commit {value.commit[:12]} of {value.service} is on its way, started by {value.started_by}: "
                f"{value.reason}")


def _is_scheduled(run: Any) -> bool:
    return str(getattr(run.run_type, "value", run.run_type)) == "scheduled"
