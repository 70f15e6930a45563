"""The in-memory twin of `Limits`."""

from include.domain.errors import BadInput
from include.domain.red_black.room import Balancer, Room
from tests.world.region import Region


class InMemoryLimits:
    """What a test takes away is `region.addresses`, `region.most_targets` and `region.refused`."""

    def __init__(self, region: Region):
        self.region = region

    def refuses(self, asg: str, ami: str) -> list[str]:
        self._must_be_there(asg)
        unknown = [] if ami.startswith("ami-") and ami not in self.region.gone_amis else [
            f"AMI {ami} is not there for this account"]
        return [*self.region.refused, *unknown]

    def room(self, asg: str) -> Room:
        self._must_be_there(asg)
        taken = sum(len(group.machines) for group in self.region.groups.values())
        groups = [g for g in self.region.target_groups.values() if g.arn in self.region.groups[asg].target_groups]
        targets = sum(len(group.targets) for group in self.region.target_groups.values())
        balancer = Balancer("api-prod", len(groups), targets, self.region.most_targets)
        return Room({"subnet-a": self.region.addresses - taken}, (balancer,), len(self.region.groups), 500)

    def _must_be_there(self, asg: str) -> None:
        if asg not in self.region.groups:
            raise BadInput(f"there is no ASG {asg}")
