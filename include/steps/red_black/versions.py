"""The version check of a new ASG: what AWS launched, and what each instance says it runs."""

from include.domain.cluster import Asg
from include.domain.push import RegionPlan
from include.domain.red_black.versions import launched_otherwise, says_otherwise
from include.domain.service import Service
from include.ports import Instances


def other_version(plan: RegionPlan, new: Asg, service: Service, instances: Instances) -> str | None:
    """The first reason why not every instance runs this push, or None. They are asked where the service declares how,
    and the AMI's commit is known."""
    reason = launched_otherwise(new)
    if reason or service.version is None or not plan.commit:
        return reason
    serving = [instance.id for instance in new.instances if instance.in_service]
    if not serving:
        return None
    answers = instances.ask(serving, service.version.port, service.version.path)
    return says_otherwise(new, plan.commit, answers, service.version)
