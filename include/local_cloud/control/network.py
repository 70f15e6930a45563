"""Addresses that are really there: a VPC inside the cloud's own /16 of loopback, and no two regions on one address."""

from ipaddress import IPv4Network, ip_network
from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend

from include.local_cloud.control.patching import patched
from include.local_cloud.control.world import here

LOOPBACK = ip_network("127.0.0.0/8")


@patched(EC2Backend, "create_vpc", "stock: regions share addresses, which are one and the same on loopback")
def create_vpc(original: Any, self: EC2Backend, cidr_block: str, *rest: Any, **more: Any) -> Any:
    try:
        wanted = ip_network(cidr_block, strict=False)
    except ValueError:
        return original(self, cidr_block, *rest, **more)
    if wanted.subnet_of(LOOPBACK):
        _refuse_clash(self, wanted)
    return original(self, cidr_block, *rest, **more)


def _refuse_clash(backend: EC2Backend, wanted: IPv4Network) -> None:
    ours = ip_network(f"{here().network}.0.0/16")
    if not wanted.subnet_of(ours):
        raise EC2ClientError("InvalidVpc.Range", f"The CIDR '{wanted}' is outside this cloud's network {ours}")
    for region in here().regions.values():
        for vpc in region.ec2.vpcs.values():
            if ip_network(vpc.cidr_block).overlaps(wanted):
                raise EC2ClientError("InvalidVpc.Range", f"The CIDR '{wanted}' overlaps {vpc.cidr_block} of {vpc.id} "
                                                         f"in {region.name}")
