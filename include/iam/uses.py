"""What each Airflow connection is used for by the declared services: one connection is one role in one account."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from include.domain.asg_names import cluster_name
from include.domain.declared.environments import PROD, RegionSettings
from include.domain.errors import BadInput
from include.domain.metric_sources import CloudWatchSource
from include.domain.service import Service

PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}


@dataclass(frozen=True)
class Cluster:
    """One cluster in one region of the connection."""

    service: Service
    environment: str
    here: RegionSettings

    @property
    def name(self) -> str:
        return cluster_name(self.service.service, self.environment)

    @property
    def is_prod(self) -> bool:
        return self.environment == PROD


@dataclass(frozen=True)
class Use:
    """One connection: the clusters that it changes, and the services whose AMIs, archive or metrics it is for."""

    connection: str
    account: str = ""
    clusters: tuple[Cluster, ...] = ()
    builds: tuple[Service, ...] = ()
    archives: tuple[Service, ...] = ()
    metrics: tuple[Service, ...] = ()

    @property
    def regions(self) -> list[str]:
        """Of its clusters, in the order in which they are declared."""
        return list(dict.fromkeys(cluster.here.region for cluster in self.clusters))

    @property
    def partition(self) -> str:
        regions = [*self.regions, *(kept.archive.region for kept in self.archives),
                   *(region for one in (*self.builds, *self.metrics) for region in one.every_region)]
        return next((name for start, name in PARTITIONS.items() if regions[0].startswith(start)), "aws")

    @property
    def services_domain(self) -> str:
        """What the names of AWS's own services end with."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    def arn(self, service: str, resource: str, account: str | None = None, region: str = "*") -> str:
        return f"arn:{self.partition}:{service}:{region}:{self.account if account is None else account}:{resource}"


def uses(services: Iterable[Service], environment: str = "") -> list[Use]:
    """By connection, in the order in which they are first named; with `environment` what that one needs alone."""
    found: dict[str, Use] = {}

    def add(connection: str, kind: str, *more: object) -> None:
        there = found.setdefault(connection, Use(connection))
        found[connection] = replace(there, **{kind: (*getattr(there, kind), *more)})

    for service in services:
        for name, declared in service.environments.items():
            if environment in ("", name):
                add(declared.connection, "clusters", *(Cluster(service, name, here) for here in declared.regions))
        add(built_by(service), "builds", service)
        add(service.archive.connection, "archives", service)
        if isinstance(service.metrics, CloudWatchSource):
            add(service.metrics.connection, "metrics", service)
    return list(found.values())


def built_by(service: Service) -> str:
    """The connection that AMIs are made and found with."""
    return service.build.connection or service.environments[PROD].connection


def in_accounts(found: Sequence[Use], accounts: Sequence[str]) -> list[Use]:
    """Each with its account, as `connection=id` says, or as one id for all; BadInput names what is missing or wrong."""
    said: Mapping[str, str] = dict(_account(text) for text in accounts)
    known = {use.connection for use in found}
    if unknown := sorted(said.keys() - known - {""}):
        raise BadInput(f"--account {unknown[0]}={said[unknown[0]]}: no service names the connection {unknown[0]}; "
                       f"there are {', '.join(sorted(known))}")
    missing = [use.connection for use in found if not said.get(use.connection, said.get("", ""))]
    if missing:
        raise BadInput(f"the account of {', '.join(missing)} is not known: say --account {missing[0]}=<12 digits>, or "
                       "--account <12 digits> where all connections are of one")
    return [replace(use, account=said.get(use.connection, said.get("", ""))) for use in found]


def _account(text: str) -> tuple[str, str]:
    connection, _, account = text.rpartition("=")
    if not re.fullmatch(r"[0-9]{12}", account, re.ASCII):
        raise BadInput(f"--account {text}: {account!r} is not the id of an AWS account, which is 12 digits")
    return connection, account
