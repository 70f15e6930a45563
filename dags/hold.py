"""by hand: no canary is launched and no region is begun until somebody resumes; what is under way goes on"""

from airflow.sdk import DAG

from plugins.operators.hold import HOLD_FORM, HoldBack
from plugins.permissions import may
from plugins.services import services

for service in services():
    with DAG(
        f"{service.service}_hold",
        dag_display_name=f"{service.service}: hold",
        description=__doc__,
        doc_md=__doc__,
        tags={"push", service.service},
        schedule=None,
        catchup=False,
        params=HOLD_FORM,
        access_control=may(service, "hold"),
    ):
        HoldBack(task_id="hold", service=service.service)
