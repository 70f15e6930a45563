"""by hand: an AMI that did harm, or was rolled back, may be pushed again"""

from airflow.sdk import DAG

from plugins.operators.veto import LIFT_FORM, LiftVeto
from plugins.permissions import may
from plugins.services import services

for service in services():
    with DAG(
        f"{service.service}_lift_veto",
        dag_display_name=f"{service.service}: lift a veto",
        description=__doc__,
        doc_md=__doc__,
        tags={"push", service.service},
        schedule=None,
        catchup=False,
        params=LIFT_FORM,
        access_control=may(service, "lift_veto"),
    ):
        LiftVeto(task_id="lift_veto", service=service.service)
