"""canary and baseline both on the running AMI → bake → what they differ by is noise: later canaries are judged by it"""

from airflow.sdk import DAG

from plugins.operators.calibrate import (
    CALIBRATE_FORM,
    START,
    BakeCalibration,
    Learn,
    RetireCalibration,
    StartCalibration,
)
from plugins.operators.canary import LaunchCanary
from plugins.permissions import may
from plugins.services import services
from plugins.timetables.daily import daily

for service in services():
    here = {"service": service.service, "region": service.canary.region}

    with DAG(
        f"{service.service}_calibrate",
        dag_display_name=f"{service.service}: calibrate",
        description=__doc__,
        doc_md=__doc__,
        tags={"canary", service.service},
        schedule=daily(service.canary.calibrate_at),
        catchup=False,
        max_active_runs=1,
        params=CALIBRATE_FORM,
        access_control=may(service, "calibrate"),
    ):
        start_calibration = StartCalibration(task_id=START, **here)
        launch = LaunchCanary(task_id="launch", push=start_calibration.output, **here)
        bake = BakeCalibration(task_id="bake", canary=launch.output, **here)
        learn = Learn(task_id="learn", canary=bake.output, **here)
        retire = RetireCalibration(task_id="retire", **here)
        learn >> retire.as_teardown(on_failure_fail_dagrun=True)
