"""The controls that must fail: a red/black in the wrong order loses requests, and the counters of the demo see it.

Without them, `0 failed` would prove nothing. No Airflow here: the mistakes are made by hand, through the AWS API.
"""

import pytest

from include.adapters.clusters.ec2_asg import Ec2AsgClusters
from include.adapters.traffic.elbv2 import Elbv2Traffic
from include.demo.airflow_runs import wait_for
from include.demo.feed import served
from include.domain.cluster import NewAsg
from include.local_cloud import service_repository
from include.local_cloud.cloud import LocalCloud
from include.local_cloud.furnish import furnish

pytestmark = pytest.mark.timeout(120)
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
BASELINE, NEW = "api-prod-v041", "api-prod-v042"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    folder = tmp_path_factory.mktemp("controls")
    first = service_repository.create(folder / "repository")
    with LocalCloud(folder / "cloud") as made:
        furnish(made.endpoint, str(folder / "repository"), first, REGIONS, size=2, network=made.network)
        made.load(peak_rps=80)
        yield made


class Region:
    """One region by hand; each test has one of its own, for it leaves it broken."""

    def __init__(self, cloud, name):
        self.name, self._cloud = name, cloud
        self.clusters = Ec2AsgClusters(cloud.session(name))
        self.traffic = Elbv2Traffic(cloud.session(name), "api-prod", 80, "api-prod")
        self.prod = self.traffic.target_group("api-prod")

    def launch(self, target_group):
        baseline = next(asg for asg in self.clusters.asgs("api-prod") if asg.name == BASELINE)
        self.clusters.create(NewAsg(NEW, BASELINE, baseline.ami, 4, {}, (target_group,)))
        self.clusters.resize(NEW, minimum=2, maximum=4, desired=2)

    def members(self, asg):
        return {instance.id for found in self.clusters.asgs("api-prod") if found.name == asg
                for instance in found.instances}

    def healthy(self, asg, target_group):
        members = self.members(asg)
        return sum(target.instance in members and target.state == "healthy"
                   for target in self.traffic.targets(target_group))

    def served(self):
        return served(self._cloud.state()["regions"][self.name])

    def wait(self, holds, what):
        wait_for(holds, 30, lambda: what, every=0.1)

    def wait_for_requests(self, more):
        so_far = self.served().requests
        self.wait(lambda: self.served().requests >= so_far + more, f"{more} more requests in {self.name}")


def test_in_the_right_order_nothing_is_lost(cloud):
    region = Region(cloud, "us-east-1")
    region.wait_for_requests(100)

    region.launch(region.prod)
    region.wait(lambda: region.healthy(NEW, region.prod) == 2, "the new ASG never got healthy")
    region.traffic.deregister(region.prod, sorted(region.members(BASELINE)))
    region.wait(lambda: region.healthy(BASELINE, region.prod) == 0, "the baseline never lost its traffic")
    region.wait_for_requests(200)

    assert region.served().failed_outside == 0


def test_weights_moved_before_the_new_targets_are_healthy_lose_requests(cloud):
    region = Region(cloud, "us-west-2")
    region.wait_for_requests(100)
    assert region.served().failed == 0

    other = region.traffic.add_target_group("api-prod-new", region.prod)
    region.launch(other)
    region.traffic.set_weights({region.prod: 0, other: 100})
    region.wait_for_requests(100)

    assert region.served().failed_outside > 10


def test_a_baseline_deleted_while_it_holds_traffic_loses_requests(cloud):
    region = Region(cloud, "eu-west-1")
    region.wait_for_requests(100)
    assert region.served().failed == 0

    region.clusters.delete(BASELINE)
    region.wait_for_requests(200)

    assert region.served().failed_outside > 10
