"""by hand: the push that is on its way stays, whatever its watch sees; it is certified once that is clean"""

from airflow.sdk import DAG

from include.catalog import service_files
from plugins.operators.keep import Keep, keep_form

for service in (file.service for file in service_files() if file.service):
    prod = [settings.region for settings in service.environments["prod"].regions]

    with DAG(
        f"{service.service}_keep",
        dag_display_name=f"{service.service}: keep",
        description=__doc__,
        doc_md=__doc__,
        tags={"push", service.service},
        schedule=None,
        catchup=False,
        params=keep_form(prod),
    ):
        for region in prod:
            Keep(task_id=region.replace("-", "_"), service=service.service, region=region)
