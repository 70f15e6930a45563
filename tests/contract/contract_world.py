"""What a world offers to the contract tests: the ports, and what is there at the start."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from include.domain.cluster import Asg
from include.domain.red_black.versions import Said
from include.ports import (
    Alarms,
    Archive,
    Branches,
    Clusters,
    Images,
    Instances,
    Leases,
    Limits,
    Load,
    Merges,
    Traffic,
)

MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)


class ContractWorld:
    """Each world fills these in, or works them out when they are asked for.

    At the start there is a cluster with one ASG of two instances (2/10/2) in service and healthy, its target group in
    the listener. `commit` is the head of the branch `prod`, not built yet; `ami` is the id of another image, and
    `no_ami` of none.
    `set_alarm(name, state)` makes an alarm, or changes its state.
    `commit_to(branch)` lands another commit there, which changes the same lines as any other; `commit_saying(branch,
    message)` one with this message, and returns its hash.
    `answers(instance, said)` lets the instance answer so from now on, and returns the port;
    after `unheard(instance)` it answers nothing at any other port.
    """

    cluster: str
    asg: str
    target_group: str
    ami: str
    no_ami: str = "ami-00000000000000000"
    commit: str
    clusters: Clusters
    traffic: Traffic
    archive: Archive
    leases: Leases
    instances: Instances
    load: Load
    limits: Limits
    alarms: Alarms
    branches: Branches
    merges: Merges
    commit_to: Callable[[str], object]
    commit_saying: Callable[[str, str], str]
    images: Images
    image_regions: tuple[str, ...]
    now: Callable[[], datetime]
    until: Callable[[Callable[[], Any]], Any]
    set_alarm: Callable[[str, str], None]
    answers: Callable[[str, Said], int]
    unheard: Callable[[str], None]

    def one(self, name: str) -> Asg | None:
        """The ASG with this name."""
        return next((asg for asg in self.clusters.asgs(self.cluster) if asg.name == name), None)

    def states(self, target_group: str = "") -> dict[str, str]:
        """The state of each target of the cluster's target group, or of another."""
        return {target.instance: target.state for target in self.traffic.targets(target_group or self.target_group)}

    def serving(self, name: str, count: int) -> Asg:
        """The ASG, once so many of its instances are in service and healthy targets."""
        def look() -> Asg | None:
            asg = self.one(name)
            healthy = {instance for instance, state in self.states().items() if state == "healthy"}
            ready = asg and [i for i in asg.instances if i.in_service and i.id in healthy]
            return asg if ready and len(ready) == count else None
        return self.until(look)
