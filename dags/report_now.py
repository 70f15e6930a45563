"""by hand: the page of the canary that bakes at the moment, as far as it is; decides nothing"""

from airflow.sdk import DAG

from plugins.operators.scoring import REPORT_FORM, ReportNow
from plugins.permissions import may
from plugins.services import services

for service in services():
    with DAG(
        f"{service.service}_report_now",
        dag_display_name=f"{service.service}: report now",
        description=__doc__,
        doc_md=__doc__,
        tags={"canary", service.service},
        schedule=None,
        catchup=False,
        params=REPORT_FORM,
        access_control=may(service, "report_now"),
    ):
        ReportNow(task_id="report_now", service=service.service, region=service.canary.region)
