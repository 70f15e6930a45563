"""A baseline that is gone comes back: its AMI launched again as a new ASG, in the shape of the one that replaced it."""

from dataclasses import replace

from include.domain import asg_tags
from include.domain.asg_names import next_name
from include.domain.asg_tags import Colour, Role
from include.domain.cluster import Asg, NewAsg
from include.domain.errors import Refused
from include.domain.red_black.processes import suspended_by_others
from include.domain.red_black.room import missing
from include.domain.red_black.sizes import Sizes, recorded_sizes, sizes_of
from include.domain.scaling.decide import scaling_of_tag
from include.ports import Clusters, Limits
from include.steps.lease import Held
from include.steps.scaling.set import scale_as_before


def must_fit(new: Asg, limits: Limits) -> None:
    """Refused, while nothing is changed, where its older AMI is gone, or has no room beside what runs."""
    wrong = [*limits.refuses(new.name, new.tags[asg_tags.REPLACES_AMI]),
             *missing(limits.room(new.name), "its baseline, launched again,", new.desired)]
    if wrong:
        raise Refused(f"{new.name} keeps its traffic: {'; '.join(wrong)}")


def launch_again(new: Asg, wanted: int, cluster: str, clusters: Clusters, held: Held) -> str:
    """Create it at 0, with the next name; its tags say for which push, and the sizes that un-pinning gives it."""
    name, sizes = next_name(cluster, clusters.asgs(cluster)), _sizes(new)
    tags = {asg_tags.PUSH: new.tags[asg_tags.PUSH], asg_tags.ROLE: Role.RESTORED, asg_tags.COLOUR: Colour.RED,
            asg_tags.COMMIT: new.tags.get(asg_tags.REPLACES_COMMIT, ""), asg_tags.LEASE: str(held.token),
            asg_tags.SIZES: str(sizes), asg_tags.INSTANCE_RPS: new.tags.get(asg_tags.INSTANCE_RPS, "")}
    clusters.create(NewAsg(name, new.name, new.tags[asg_tags.REPLACES_AMI], max(sizes.maximum, wanted),
                           {tag: value for tag, value in tags.items() if value}))
    return name


def _sizes(new: Asg) -> Sizes:
    """Those of the one that it replaces, with the minimum that the baseline had."""
    sizes, before = recorded_sizes(new) or sizes_of(new), scaling_of_tag(new.tags.get(asg_tags.SCALING_BEFORE, ""))
    return replace(sizes, minimum=min(before.minimum, sizes.desired)) if before else sizes


def is_restored(asg: Asg) -> bool:
    """Launched by a rollback."""
    return asg.tags.get(asg_tags.ROLE) == Role.RESTORED


def made_alike(restored: Asg, new: Asg, clusters: Clusters) -> None:
    """The scaling of the one that it replaces, and what people suspended there: last, for a shared load scales in."""
    clusters.copy_scaling(new.name, restored.name)
    scale_as_before(restored, new, clusters)
    suspended = [process for process in suspended_by_others(new) if process not in restored.suspended]
    if suspended:
        clusters.suspend(restored.name, suspended)
