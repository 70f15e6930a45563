"""by hand, in each chosen region: the older AMI takes the traffic back, and only then the bad one loses it → veto"""

from airflow.sdk import DAG

from include.catalog import service_files
from plugins.operators.roll_back import FinishRollBack, roll_back_form
from plugins.task_groups.roll_back import roll_back

for service in (file.service for file in service_files() if file.service):
    prod = [settings.region for settings in service.environments["prod"].regions]

    with DAG(
        f"{service.service}_roll_back",
        dag_display_name=f"{service.service}: roll back",
        description=__doc__,
        doc_md=__doc__,
        tags={"push", service.service},
        schedule=None,
        catchup=False,
        params=roll_back_form(prod),
    ):
        regions = [roll_back(service, region) for region in prod]
        finish_roll_back = FinishRollBack(task_id="finish_roll_back", service=service.service, regions=prod)
        regions >> finish_roll_back.as_teardown()
