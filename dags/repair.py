"""each week, or by hand: what pushes that died left over in each region → told; put right where the run was told to"""

from airflow.sdk import DAG

from include.catalog import service_files
from plugins.operators.repair import FinishRepair, repair_form
from plugins.task_groups.repair import repair
from plugins.timetables.weekly import weekly

for service in (file.service for file in service_files() if file.service):
    prod = [settings.region for settings in service.environments["prod"].regions]

    with DAG(
        f"{service.service}_repair",
        dag_display_name=f"{service.service}: repair",
        description=__doc__,
        doc_md=__doc__,
        tags={"push", service.service},
        schedule=weekly(service.repair.check_on, service.repair.check_at),
        catchup=False,
        max_active_runs=1,
        params=repair_form(prod),
    ):
        regions = [repair(service, name) for name in prod]
        finish_repair = FinishRepair(task_id="finish_repair", service=service.service)
        regions >> finish_repair.as_teardown(on_failure_fail_dagrun=True)
