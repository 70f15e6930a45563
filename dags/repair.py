"""each week, or by hand: what pushes that died left over in each region → told; put right where the run was told to"""

from airflow.sdk import DAG

from include.domain.by_hand import dag_of
from include.domain.declared.environments import PROD
from plugins.operators.repair import FinishRepair, repair_form
from plugins.permissions import may
from plugins.services import services_everywhere
from plugins.task_groups.repair import repair
from plugins.timetables.weekly import weekly

for service, environment in services_everywhere():
    regions = service.regions_of(environment)

    with DAG(
        dag_of(service.service, environment, "repair"),
        dag_display_name=f"{service.service}: repair in {environment}",
        description=__doc__,
        doc_md=__doc__,
        tags={"push" if environment == PROD else "deploy", service.service},
        schedule=weekly(service.repair.check_on, service.repair.check_at),
        catchup=False,
        max_active_runs=1,
        params=repair_form(regions),
        access_control=may(service, "repair", environment),
    ):
        repaired = [repair(service, name, environment) for name in regions]
        finish_repair = FinishRepair(task_id="finish_repair", service=service.service, environment=environment)
        repaired >> finish_repair.as_teardown(on_failure_fail_dagrun=True)
