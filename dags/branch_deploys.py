"""commit on the test or release branch → AMI, gates → in each environment: pre-flight → red/black, region by region"""

from airflow.sdk import DAG, chain

from plugins.operators.build import BuildAmi
from plugins.operators.deploy import DEPLOY_FORM, StartDeploy
from plugins.permissions import may
from plugins.services import services
from plugins.task_groups.deploy import deploy
from plugins.task_groups.gates import gates
from plugins.triggers.branches import branch

for service in services():
    for role, name in (("test", service.branches.test), ("release", service.branches.release)):
        environments = service.deployed_from(role)
        if not environments:
            continue
        everywhere = {"service": service.service, "environment": environments[0], "also": environments[1:]}

        with DAG(
            f"{service.service}_{role}_deploy",
            dag_display_name=f"{service.service}: deploy to {' and '.join(environments)}",
            description=__doc__,
            doc_md=__doc__,
            tags={"deploy", service.service},
            schedule=[branch(service, name)],
            catchup=False,
            max_active_runs=1,
            params=DEPLOY_FORM,
            access_control=may(service, f"{role}_deploy"),
        ):
            start_deploy = StartDeploy(task_id="start_deploy", flow=role, branch=name, **everywhere)
            build_ami = BuildAmi(task_id="build_ami", push=start_deploy.output, **everywhere)
            deploys = [deploy(service, environment, build_ami.output) for environment in environments]
            chain(start_deploy, build_ami, deploys)
            for passed in gates(service, start_deploy.output, environments[0], environments[1:]):
                passed >> deploys
