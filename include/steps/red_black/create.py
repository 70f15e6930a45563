"""Creating the ASGs of a push: names and tags are the same however often it is said."""

from collections.abc import Mapping
from datetime import UTC, timedelta

from include.domain import asg_tags
from include.domain.asg_names import CANARY, build, canary_names, parse
from include.domain.asg_tags import Colour, Role
from include.domain.cluster import Asg, NewAsg
from include.domain.errors import Retryable
from include.domain.looks import Look
from include.domain.push import Push, RegionPlan
from include.domain.red_black.sizes import Sizes
from include.domain.scaling.decide import scaling_of_tag
from include.domain.service import Service
from include.domain.standing import made_by, named, running
from include.domain.veto import must_not_be_vetoed
from include.ports import Clusters, Images
from include.steps.canary.pair import ROLES, Place
from include.steps.lease import Held

KEPT_AFTER_BAKE = timedelta(days=1)     # then a clean-up may take what a dead push left


def image_id(push: Push, region: str, images: Images) -> str:
    """The id of the push's AMI in the region; Refused where it was vetoed meanwhile."""
    image = images.named(push.ami)
    if image is None or region not in image.ids:
        raise Retryable(f"AWS does not show AMI {push.ami!r} in {region}")     # it did when it was built
    must_not_be_vetoed(image.name, image.veto, push.service)
    return image.ids[region]


def create_new(plan: RegionPlan, clusters: Clusters, held: Held) -> None:
    """The new ASG at 0. It is born pinned: its tag holds the sizes that un-pinning gives it."""
    maximum = max(plan.baseline_max, plan.size)
    tags = {asg_tags.PUSH: plan.push_id, asg_tags.COMMIT: plan.commit, asg_tags.ROLE: Role.NEW,
            asg_tags.COLOUR: Colour.RED, asg_tags.LEASE: str(held.token), asg_tags.REPLACES: plan.baseline,
            asg_tags.REPLACES_AMI: plan.baseline_ami, asg_tags.REPLACES_COMMIT: plan.baseline_commit,
            asg_tags.INSTANCE_RPS: f"{plan.instance_rps:g}" if plan.instance_rps else "",
            asg_tags.SCALING: plan.scaling, asg_tags.SCALING_BEFORE: plan.scaling_before,
            asg_tags.SIZES: str(_sizes(plan)),
            asg_tags.WROTE: str(Sizes(0, maximum, 0))}
    clusters.create(NewAsg(plan.new, plan.baseline, plan.ami, maximum, _filled(tags)))


def _sizes(plan: RegionPlan) -> Sizes:
    """What un-pinning gives the new ASG: the baseline's, with the minimum that was decided for the new one."""
    scaling = scaling_of_tag(plan.scaling)
    minimum = scaling.minimum if scaling else plan.baseline_min
    return Sizes(minimum, max(plan.baseline_max, minimum), max(plan.baseline_desired, minimum))


def create_pair(push: Push, service: Service, look: Look, where: Place, target_groups: Mapping[str, str], ami: str,
                clusters: Clusters, held: Held) -> None:
    """Canary and baseline, sized; the baseline runs the AMI of the running ASG, and so does a canary without `ami`."""
    asgs = clusters.asgs(where.cluster)
    main = running(asgs, where.cluster, where.region)
    size = service.canary.size
    for detail, name in _pair_names(push, where.cluster, asgs).items():
        there = named(asgs, name)
        if there is None:
            same = (main.ami, main.tags.get(asg_tags.COMMIT, ""))
            image, commit = (ami, push.commit) if detail == CANARY and ami else same
            tags = _pair_tags(push, ROLES[detail], commit, service, look, held)
            clusters.create(NewAsg(name, main.name, image, size, tags, (target_groups[detail],)))
        if there is None or there.desired != size:
            clusters.resize(name, minimum=size, maximum=size, desired=size)


def _pair_tags(push: Push, role: str, commit: str, service: Service, look: Look, held: Held) -> dict[str, str]:
    expires_at = look.now.astimezone(UTC) + service.lasts(hours=service.canary.bake_hours) + KEPT_AFTER_BAKE
    return _filled({asg_tags.PUSH: push.id, asg_tags.ROLE: role, asg_tags.COMMIT: commit,
                    asg_tags.LEASE: str(held.token), asg_tags.EXPIRES_AT: expires_at.isoformat(timespec="seconds")})


def _pair_names(push: Push, cluster: str, asgs: list[Asg]) -> dict[str, str]:
    """Both have one version, also where a crash left only one of them."""
    there = [asg for role in ROLES.values() if (asg := made_by(asgs, push.id, role))]
    if not there:
        return dict(zip(ROLES, canary_names(cluster, asgs), strict=True))
    version = parse(there[0].name).version
    return {detail: str(build(push.service, push.environment, detail, version)) for detail in ROLES}


def _filled(tags: Mapping[str, str]) -> dict[str, str]:
    return {tag: value for tag, value in tags.items() if value}
