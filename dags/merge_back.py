"""commit on the prod branch → merged into release, so that the next weekly push does not lose it"""

from airflow.sdk import DAG

from plugins.operators.merges import MERGE_FORM, MergeBranch
from plugins.permissions import may
from plugins.services import services
from plugins.triggers.branches import branch

for service in services():
    branches = service.branches

    with DAG(
        f"{service.service}_merge_back",
        dag_display_name=f"{service.service}: merge back",
        description=__doc__,
        doc_md=__doc__,
        tags={"branches", service.service},
        schedule=[branch(service, branches.prod)],
        catchup=False,
        max_active_runs=1,
        params=MERGE_FORM,
        access_control=may(service, "merge_back"),
    ):
        MergeBranch(task_id="merge_back", service=service.service, source=branches.prod, into=branches.release,
                    why=f"what went to production from {branches.prod} stays in what comes next")
