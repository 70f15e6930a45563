"""by hand, in each chosen region: the older AMI takes the traffic back, and only then the bad one loses it → veto"""

from airflow.sdk import DAG

from include.domain.by_hand import dag_of
from include.domain.declared.environments import PROD
from plugins.operators.roll_back import FinishRollBack, roll_back_form
from plugins.permissions import may
from plugins.services import services_everywhere
from plugins.task_groups.roll_back import roll_back

for service, environment in services_everywhere():
    regions = service.regions_of(environment)

    with DAG(
        dag_of(service.service, environment, "roll_back"),
        dag_display_name=f"{service.service}: roll back in {environment}",
        description=__doc__,
        doc_md=__doc__,
        tags={"push" if environment == PROD else "deploy", service.service},
        schedule=None,
        catchup=False,
        params=roll_back_form(regions, environment),
        access_control=may(service, "roll_back", environment),
    ):
        undone = [roll_back(service, region, environment) for region in regions]
        finish_roll_back = FinishRollBack(task_id="finish_roll_back", service=service.service, environment=environment,
                                          regions=regions)
        undone >> finish_roll_back.as_teardown()
