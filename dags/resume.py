"""by hand: what was held back goes on"""

from airflow.sdk import DAG

from include.catalog import service_files
from plugins.operators.hold import HOLD_FORM, Resume
from plugins.permissions import may

for service in (file.service for file in service_files() if file.service):
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
