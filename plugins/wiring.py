"""The only place, with `kinds.py`, that knows steps' ports and adapters both: Airflow connections in, ports out.

Imported while DAG files are parsed, so adapters, boto3 and hooks are imported where they are used.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property, lru_cache

from include.domain.declared.environments import PROD
from include.domain.errors import BadInput
from include.domain.hidden import good_key
from include.domain.peak_windows import Market
from include.domain.repositories import Access
from include.domain.service import Service
from include.ports import (
    Alarms,
    Archive,
    Branches,
    Chat,
    Clusters,
    Gate,
    Images,
    Instances,
    Leases,
    Limits,
    Load,
    Merges,
    Meter,
    Metrics,
    Runs,
    Tickets,
    Traffic,
)
from plugins.kinds import CHATS, GATES, IMAGES, METRICS, TICKETS, of_kind
from plugins.repositories import access
from plugins.services import markets, service_named
from plugins.sessions import Session

# A lease outlives every pause between two steps of a push: a bake, and an Airflow that was down for a night.
LEASE_HOURS = 24
LEASE_AT_LEAST = timedelta(minutes=30)
DASHBOARD = "/serin"        # below Airflow's own address


class Ports:
    """The ports of one service in one environment and region ("": those that are for all regions); each is built when
    it is first asked for."""

    def __init__(self, service: Service, environment: str, region: str):
        self.service, self.environment, self.region = service.within(environment), environment, region
        self._gates: dict[str, Gate] = {}
        if environment not in service.environments:
            raise BadInput(f"{service.service} declares no environment {environment}: "
                           f"there are {', '.join(service.environments)}")

    @cached_property
    def clusters(self) -> Clusters:
        from include.adapters.clusters.ec2_asg import Ec2AsgClusters

        return Ec2AsgClusters(self._session)

    @cached_property
    def traffic(self) -> Traffic:
        from include.adapters.traffic.elbv2 import Elbv2Traffic

        here = self.service.region(self.environment, self.region)
        return Elbv2Traffic(self._session, here.load_balancer, here.listener_port, here.target_group)

    @cached_property
    def limits(self) -> Limits:
        from include.adapters.limits.ec2 import Ec2Limits

        return Ec2Limits(self._session)

    @cached_property
    def alarms(self) -> Alarms:
        from include.adapters.alarms.cloudwatch import CloudWatchAlarms

        return CloudWatchAlarms(self._session)

    @cached_property
    def instances(self) -> Instances:
        from include.adapters.instances.ec2 import Ec2Instances

        return Ec2Instances(self._session)

    @cached_property
    def load(self) -> Load:
        from include.adapters.load.http import HttpLoad

        return HttpLoad(self._session)

    @cached_property
    def images(self) -> Images:
        return of_kind(IMAGES, self.service.build.kind, "build")(self)

    def gate(self, name: str) -> Gate:
        """The gate with this name. It is built once: one that runs commands runs them from look to look."""
        if name not in self._gates:
            declared = self.service.gate(name)
            self._gates[name] = of_kind(GATES, declared.kind, "gates")(self, declared)
        return self._gates[name]

    @cached_property
    def metrics(self) -> Metrics:
        return of_kind(METRICS, self.service.metrics.kind, "metrics")(self)

    @cached_property
    def branches(self) -> Branches:
        from include.adapters.branches.git import GitBranches

        return GitBranches(self.service.repository, self._access)

    @cached_property
    def merges(self) -> Merges:
        from include.adapters.branches.git_merge import GitMerges

        branches = self.service.branches
        return GitMerges(self.service.repository, branches.merge_name, branches.merge_email, self._access)

    @cached_property
    def archive(self) -> Archive:
        from include.adapters.archive.s3 import S3Archive

        return S3Archive(*self._kept, seen_at=self._seen_at)

    @cached_property
    def leases(self) -> Leases:
        from include.adapters.leases.s3 import S3Leases

        return S3Leases(*self._kept, lasts=max(self.service.lasts(hours=LEASE_HOURS + self.service.canary.bake_hours),
                                                LEASE_AT_LEAST))

    @cached_property
    def runs(self) -> Runs:
        from plugins.runs import AirflowRuns

        return AirflowRuns()

    @cached_property
    def meter(self) -> Meter:
        return meter()

    @cached_property
    def tickets(self) -> Tickets:
        return of_kind(TICKETS, self.service.tickets.kind, "tickets")(self)

    @cached_property
    def chat(self) -> Chat:
        return of_kind(CHATS, self.service.chat.kind, "chat")(self)

    def hiding_key(self) -> str:
        """What signs the markers of secrets; "" where no connection is declared. BadInput where it has no key."""
        from airflow.sdk import BaseHook
        from airflow.sdk.exceptions import AirflowNotFoundException

        named = self.service.manifest.hiding_connection
        if not named:
            return ""
        try:
            return good_key(BaseHook.get_connection(named).password or "")
        except (AirflowNotFoundException, BadInput) as error:
            raise BadInput(f"manifest.hiding_connection: {named}: {error}") from error

    @property
    def markets(self) -> Mapping[str, Market]:
        return markets()

    @property
    def regions(self) -> list[str]:
        """All regions of the environment, in push order."""
        return [here.region for here in self.service.environments[self.environment].regions]

    def session(self, region: str, environment: str = "") -> Session:
        return Session(self.service.environments[environment or self.environment].connection, region)

    def build_session(self, region: str) -> Session:
        """Of the account that has the AMIs."""
        named = self.service.build.connection
        return Session(named, region) if named else self.session(region, PROD)

    @cached_property
    def _session(self) -> Session:
        return self.session(self.region)

    @property
    def _access(self) -> Access | None:
        return access(self.service.repository, self.service.repository_connection)

    @property
    def _seen_at(self) -> str:
        """Through Airflow, whose login lets more people in than AWS's; where its address is not set, in S3."""
        from plugins.runs import airflow_address

        airflow = airflow_address()
        return f"{airflow}{DASHBOARD}/{self.service.service}/kept" if airflow else ""

    @property
    def _kept(self) -> tuple[Session, str, str]:
        kept = self.service.archive
        return Session(kept.connection, kept.region, attempts=4, read_seconds=10), kept.bucket, kept.prefix


@lru_cache
def declared(name: str) -> Service:
    """The service, read once in the life of a task's process: one task sees one declaration."""
    return service_named(name)


def ports(service: str, environment: str, region: str) -> Ports:
    return Ports(declared(service), environment, region)


def branch_heads(repository: str, connection: str = "") -> dict[str, str]:
    """The newest commit of each branch, asked of the remote, which the connection opens."""
    from include.adapters.branches.git import remote_heads

    return remote_heads(repository, access(repository, connection))


def meter() -> Meter:
    """Serin's metrics on itself, also of what is not of one service."""
    from plugins.meter import AirflowMeter

    return AirflowMeter()


def aws_calls() -> Counter[str]:
    """The AWS calls that this process made so far, by service and operation."""
    from include.adapters.aws_calls import made

    return made()


def aws_trouble() -> Counter[str]:
    """What of them was tried again or throttled, by service."""
    from include.adapters.aws_calls import trouble

    return trouble()
