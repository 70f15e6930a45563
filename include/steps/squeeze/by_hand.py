"""A squeeze by hand: a chosen AMI beside the running one, squeezed and retired; nothing is pushed."""

from datetime import datetime

from include.domain import asg_tags
from include.domain.asg_names import cluster_name
from include.domain.errors import BadInput, Inconclusive
from include.domain.push import Push, PushKind
from include.domain.service import Service
from include.domain.squeeze.sweet_spot import SweetSpot
from include.domain.standing import running
from include.domain.veto import must_not_be_vetoed
from include.ports import Clusters, Images
from include.steps.push.ends import ENVIRONMENT


def start_squeeze(ami: str, reason: str, started_by: str, push_id: str, service: Service, now: datetime,
                  clusters: Clusters, images: Images) -> Push:
    """Of the AMI with this name or id, or ("") of the one that runs: then both sides run it."""
    main = running(clusters.asgs(cluster_name(service.service, ENVIRONMENT)),
                   cluster_name(service.service, ENVIRONMENT), service.canary.region)
    image = images.named(ami or main.ami)
    if image is None:
        raise BadInput(f"there is no AMI {ami or main.ami} of {service.service}")
    must_not_be_vetoed(image.name, image.veto, service.service)
    commit = image.commit or main.tags.get(asg_tags.COMMIT, "")
    return Push(push_id, service.service, ENVIRONMENT, PushKind.SQUEEZE, commit, image.branch, image.name, reason,
                started_by, now)


def must_have_found(spot: SweetSpot) -> SweetSpot:
    """A person asked for it: where the new side's end could not be looked for the run is red, and says why."""
    if spot.rps is None and spot.rps_high is None:
        raise Inconclusive(f"inconclusive: {spot.reason}")
    return spot
