"""The AMI that did harm is vetoed, in every region, until a person lifts it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from include.domain.asg_names import cluster_name
from include.domain.asg_tags import Role
from include.domain.errors import BadInput
from include.domain.push import Push
from include.domain.service import Service
from include.domain.standing import made_by
from include.domain.veto import WATCH
from include.ports import Clusters, Images


def veto_for_harm(push: Push, harms: Sequence[str], now: datetime, images: Images) -> str:
    """After a no-go, or what prod traffic showed: the sentence of the veto; empty where there was no harm. What failed
    for other reasons (a lost lease, no capacity, a hand) says nothing of the AMI."""
    return _veto(push.ami, harms[0], WATCH, push.service, now, images) if harms and push.ami else ""


def veto_undone(push_id: str, service: Service, environment: str, reason: str, by: str, now: datetime,
                clusters: Mapping[str, Clusters], images: Images) -> str:
    """After a rollback by hand: the AMI is that of the ASG that the push made, which is kept; empty where none is."""
    cluster = cluster_name(service.service, environment)
    made = (made_by(port.asgs(cluster), push_id, Role.NEW) for port in clusters.values())
    ami = next((new.ami for new in made if new), "")
    return _veto(ami, reason, by, service.service, now, images) if ami else ""


def lift_veto(ami: str, reason: str, by: str, service: Service, images: Images) -> str:
    """The AMI may be pushed again; BadInput where there is none of that name, or it is not vetoed."""
    image = images.named(ami)
    if image is None:
        raise BadInput(f"there is no AMI {ami!r} of {service.service}")
    if not image.veto:
        raise BadInput(f"AMI {image.name} is not vetoed")
    images.lift(image.name)
    return f"AMI {image.name} may be pushed again ({by}: {reason}); it was vetoed: {image.veto}"


def _veto(ami: str, reason: str, by: str, service: str, now: datetime, images: Images) -> str:
    """The first veto stands."""
    image = images.named(ami)
    if image is None:
        return ""
    if not image.veto:
        images.veto(image.name, reason, by, now)
    return f"AMI {image.name} is vetoed; {service}_lift_veto lifts it"
