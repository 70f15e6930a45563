"""by hand: a chosen AMI beside the running one → prod traffic finds what one instance of each carries → both gone"""

from airflow.sdk import DAG

from plugins.operators.canary import LaunchCanary
from plugins.operators.squeeze_by_hand import SQUEEZE_FORM, START, RetireSqueezed, SqueezeByHand, StartSqueeze
from plugins.permissions import may
from plugins.services import services

for service in services():
    here = {"service": service.service, "region": service.canary.region}

    with DAG(
        f"{service.service}_squeeze",
        dag_display_name=f"{service.service}: squeeze",
        description=__doc__,
        doc_md=__doc__,
        tags={"canary", service.service},
        schedule=None,
        catchup=False,
        max_active_runs=1,
        params=SQUEEZE_FORM,
        access_control=may(service, "squeeze"),
    ):
        start_squeeze = StartSqueeze(task_id=START, **here)
        launch = LaunchCanary(task_id="launch", push=start_squeeze.output, **here)
        squeeze = SqueezeByHand(task_id="squeeze", canary=launch.output, **here)
        retire = RetireSqueezed(task_id="retire", **here)
        squeeze >> retire.as_teardown(on_failure_fail_dagrun=True)
