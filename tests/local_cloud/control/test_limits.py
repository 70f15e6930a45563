"""What the account may have, and what happens beyond."""

from ipaddress import ip_network

import pytest

from tests.local_cloud.control.cloud import eventually
from tests.local_cloud.control.test_launching import refused


@pytest.fixture
def allow(site):
    def set_to(targets):
        site.cloud.serin("POST", "limits", {site.region: {"targets-per-application-load-balancer": targets}})

    yield set_to
    set_to(1000)


def test_the_limits_are_those_of_aws_until_they_are_set(site, allow):
    def told():
        return {limit["Name"]: limit["Max"] for limit in site.elb.describe_account_limits()["Limits"]}

    assert told()["targets-per-application-load-balancer"] == "1000"
    allow(2)
    assert told()["targets-per-application-load-balancer"] == "2"


def test_a_load_balancer_takes_no_more_targets_than_it_may(site, allow):
    name = site.asg(2)
    eventually(lambda: len(site.targets()) == 2)
    allow(2)
    site.resize(name, 3)
    eventually(lambda: len(site.in_service(name)) == 3)
    site.cloud.looks()
    assert len(site.targets()) == 2
    out, = set(site.in_service(name)) - set(site.targets())
    assert "2 targets are registered, and 1 more" in refused(
        "TooManyTargets", site.elb.register_targets, TargetGroupArn=site.target_group, Targets=[{"Id": out}])


def test_each_instance_takes_an_address_of_its_subnet_and_gives_it_back(site):
    vpc = ip_network(site.ec2.describe_vpcs(VpcIds=[site.vpc])["Vpcs"][0]["CidrBlock"])
    *_, last = vpc.subnets(new_prefix=28)
    subnet = site.ec2.create_subnet(VpcId=site.vpc, CidrBlock=str(last),
                                    AvailabilityZone=f"{site.region}a")["Subnet"]["SubnetId"]

    def free():
        return site.ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]["AvailableIpAddressCount"]

    assert free() == 11
    name = site.asg(2, VPCZoneIdentifier=subnet)
    assert free() == 9
    site.resize(name, 0)
    eventually(lambda: free() == 11)


def test_a_limit_that_is_not_known_is_refused(site):
    status, said = site.cloud.refused("POST", "limits", {site.region: {"targets": 3}})
    assert (status, "'targets' is no limit; there are auto-scaling-groups" in said) == (400, True)
