"""What runs in staging, as a deploy leaves it behind."""

from include.domain import asg_tags
from include.domain.push import PushEnd, PushKind, PushRecord
from include.steps.push.record import keep_record
from tests.world.world import World

STAGING = "staging"


def deployed(world: World, commit: str, end: PushEnd = PushEnd.SUCCESS, asg: str = "api-staging-v041",
             record: bool = True) -> str:
    """The ASG of each region runs the commit; its deploy has ended so, where it has a `record`."""
    push_id = f"api-20261103T0{len(world.archive.objects) % 10}0000-{commit[:6]}-{STAGING}"
    image = world.images.find(commit) or world.images.add(commit, "release")
    for name, region in world.elsewhere[STAGING].regions.items():
        region.groups[asg].ami = image.ids[name]
        region.groups[asg].tags |= {asg_tags.COMMIT: commit, asg_tags.PUSH: push_id, asg_tags.ROLE: asg_tags.Role.NEW}
    if record:
        keep_record(PushRecord(push_id, "api", STAGING, PushKind.DEPLOY, commit, image.name, end, "why it ended so", "",
                               None, "branch watcher", world.now, world.now), world.archive)
    return push_id
