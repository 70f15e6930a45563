"""by hand: what was held back goes on"""

from airflow.sdk import DAG

from plugins.operators.hold import HOLD_FORM, Resume
from plugins.permissions import may
from plugins.services import services

for service in services():
    with DAG(
        f"{service.service}_resume",
        dag_display_name=f"{service.service}: resume",
        description=__doc__,
        doc_md=__doc__,
        tags={"push", service.service},
        schedule=None,
        catchup=False,
        params=HOLD_FORM,
        access_control=may(service, "resume"),
    ):
        Resume(task_id="resume", service=service.service)
