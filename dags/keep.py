"""by hand: the push that is on its way stays, whatever its watch sees; it is certified once that is clean"""

from airflow.sdk import DAG

from include.domain.by_hand import dag_of
from include.domain.declared.environments import PROD
from plugins.operators.keep import Keep, keep_form
from plugins.permissions import may
from plugins.services import services_everywhere

for service, environment in services_everywhere():
    regions = service.regions_of(environment)

    with DAG(
        dag_of(service.service, environment, "keep"),
        dag_display_name=f"{service.service}: keep in {environment}",
        description=__doc__,
        doc_md=__doc__,
        tags={"push" if environment == PROD else "deploy", service.service},
        schedule=None,
        catchup=False,
        params=keep_form(regions),
        access_control=may(service, "keep", environment),
    ):
        for region in regions:
            Keep(task_id=region.replace("-", "_"), service=service.service, environment=environment, region=region)
