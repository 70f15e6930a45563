"""commit on the prod branch → AMI, gates → changes → pre-flight → canary and baseline → score → red/black, by region"""

from airflow.sdk import DAG, chain

from plugins.operators.build import BuildAmi
from plugins.operators.changes import TellChanges
from plugins.operators.pre_flight import PreFlight
from plugins.operators.push import PATCH_FORM, FinishPush, StartPush
from plugins.permissions import may
from plugins.services import services
from plugins.task_groups.canary import canary
from plugins.task_groups.gates import gates
from plugins.task_groups.region import end_of, region
from plugins.task_groups.undo_all import undo_all
from plugins.triggers.branches import branch

for service in services():
    prod = [settings.region for settings in service.environments["prod"].regions]

    with DAG(
        f"{service.service}_patch_push",
        dag_display_name=f"{service.service}: patch push",
        description=__doc__,
        doc_md=__doc__,
        tags={"push", service.service},
        schedule=[branch(service, service.branches.prod)],
        catchup=False,
        max_active_runs=1,
        params=PATCH_FORM,
        access_control=may(service, "patch_push"),
    ):
        start_push = StartPush(task_id="start_push", service=service.service)
        build_ami = BuildAmi(task_id="build_ami", service=service.service, push=start_push.output)
        changes = TellChanges(task_id="changes", service=service.service, push=build_ami.output)
        pre_flight = PreFlight(task_id="pre_flight", service=service.service, push=changes.output)
        tried = canary(service, pre_flight.output)
        regions = [region(service, name) for name in prod]
        finish_push = FinishPush(task_id="finish_push", service=service.service)
        finish_push.as_teardown(on_failure_fail_dagrun=True)

        # Groups hand on from their last step; their teardowns are named here, for Airflow leaves them out of a chain.
        chain(start_push, [build_ami, *gates(service, start_push.output)], changes, pre_flight, tried, *regions,
              finish_push)
        retire = tried.get_child_by_label("retire")
        retire >> regions[0]
        ends = [end_of(pushed) for pushed in regions]
        [retire, *ends] >> finish_push
        for undone in undo_all(service, prod):
            ends >> undone >> finish_push
