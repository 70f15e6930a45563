"""A calibration's tasks, where they are not a canary's."""


from airflow.sdk import Param

from include.domain.audit import CALIBRATE
from include.domain.canary import Canary, Verdict
from include.domain.errors import Final
from include.domain.looks import Wait
from include.domain.push import Push
from plugins.operators.canary import Bake, Retire
from plugins.operators.failures import what_failed
from plugins.operators.push import refuse_undeclared
from plugins.operators.scoring import Score
from plugins.operators.step import StepOperator, Visit, the_push

START = "start_calibration"
# A run of the timetable takes the default.
CALIBRATE_FORM = {
    "reason": Param("", type="string", title="Reason", maxLength=500, description="Why it is calibrated now."),
}


class StartCalibration(StepOperator):
    """What is calibrated: the service as it runs."""

    by_hand = CALIBRATE

    def step(self, visit: Visit) -> Push:
        from include.steps.canary.calibrate import start_calibration

        run = visit.context["dag_run"]
        refuse_undeclared(run.conf or {}, CALIBRATE_FORM)
        return visit.take(start_calibration, run.triggering_user_name or "schedule")

    def says(self, value: Push) -> str:
        return f"calibration of {value.service}, started by {value.started_by}: {value.reason}"


class BakeCalibration(Bake):
    """Wait for the whole bake."""

    def step(self, visit: Visit) -> Canary | Wait:
        from include.steps.canary.calibrate import bake_calibration

        return visit.take(bake_calibration, self.canary)


class Learn(Score):
    """What both sides differ by goes to history."""

    def step(self, visit: Visit) -> Verdict | Wait:
        from include.steps.canary.calibrate import learn

        return visit.take(learn, self.canary)


class CalibrationEnded(Final):
    """Nothing was learned: the run is red."""


class RetireCalibration(Retire):
    """Both sides, and then the lease. A teardown, which runs whatever happened, so it decides the colour of the run."""

    start, what = START, "calibration"

    def step(self, visit: Visit) -> Wait | None:
        waits = super().step(visit)
        if waits is None and (failures := what_failed(visit.context)):
            raise CalibrationEnded(f"canary and baseline are gone; {'; '.join(failures.values())}")
        return waits

    def push(self, visit: Visit) -> Push:
        push = the_push(visit.context, (self.start,))
        if push is None:
            failures = what_failed(visit.context)
            raise CalibrationEnded(f"the {self.what} never started: {'; '.join(failures.values()) or 'it did not run'}")
        return push

    def take(self, visit: Visit, push: Push) -> Wait | None:
        from include.steps.canary.calibrate import retire_calibration

        return visit.take(retire_calibration, push)
