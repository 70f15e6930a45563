"""by hand: the page of the canary that bakes at the moment, as far as it is; decides nothing"""

from airflow.sdk import DAG

from include.catalog import service_files
from plugins.operators.scoring import REPORT_FORM, ReportNow
from plugins.permissions import may

for service in (file.service for file in service_files() if file.service):
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
