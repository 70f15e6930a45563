"""healthy in staging → AMI, gates → changes → pre-flight → canary → score → the go → red/black, by region → merged"""

from airflow.sdk import DAG, chain

from plugins.operators.approval import Approve, StillGood
from plugins.operators.build import BuildAmi
from plugins.operators.changes import TellChanges
from plugins.operators.merges import MergePushed
from plugins.operators.pre_flight import PreFlight
from plugins.operators.push import FinishPush
from plugins.operators.weekly import WEEKLY_FORM, StartWeekly
from plugins.permissions import may
from plugins.services import services
from plugins.task_groups.canary import canary
from plugins.task_groups.gates import gates
from plugins.task_groups.region import end_of, region
from plugins.task_groups.undo_all import undo_all
from plugins.timetables.weekly_push import weekly_push

for service in services():
    if not service.weekly:
        continue
    prod = [settings.region for settings in service.environments["prod"].regions]

    with DAG(
        f"{service.service}_weekly_push",
        dag_display_name=f"{service.service}: weekly push",
        description=__doc__,
        doc_md=__doc__,
        tags={"push", service.service},
        schedule=weekly_push(service),
        catchup=False,
        max_active_runs=1,
        params=WEEKLY_FORM,
        access_control=may(service, "weekly_push"),
    ):
        start_push = StartWeekly(task_id="start_push", service=service.service)
        build_ami = BuildAmi(task_id="build_ami", service=service.service, push=start_push.output)
        changes = TellChanges(task_id="changes", service=service.service, push=build_ami.output)
        pre_flight = PreFlight(task_id="pre_flight", service=service.service, push=changes.output)
        tried = canary(service, pre_flight.output)
        approve = Approve(task_id="approve", service=service.service)
        still_good = StillGood(task_id="still_good", service=service.service, approval=approve.output)
        regions = [region(service, name) for name in prod]
        finish_push = FinishPush(task_id="finish_push", service=service.service)
        finish_push.as_teardown(on_failure_fail_dagrun=True)
        merge = MergePushed(task_id="merge", service=service.service).as_teardown(on_failure_fail_dagrun=True)

        # Groups hand on from their last step; their teardowns are named here, for Airflow leaves them out of a chain.
        chain(start_push, [build_ami, *gates(service, start_push.output)], changes, pre_flight, tried, approve,
              still_good, *regions, finish_push, merge)
        retire = tried.get_child_by_label("retire")
        retire >> approve
        ends = [end_of(pushed) for pushed in regions]
        [retire, *ends] >> finish_push
        for undone in undo_all(service, prod):
            ends >> undone >> finish_push
