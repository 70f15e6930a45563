"""Every crash point: pushes and a rollback on the local cloud's control process, where each look is killed at each of
its AWS calls, before and after, until it lives; and what must be true after every death, and at the end."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import numpy as np
from botocore.config import Config

from benchmarks.local_stage import LocalStage, declared
from include.domain import asg_tags
from include.domain.asg_tags import Role
from include.domain.cluster import Asg
from include.domain.push import Push, PushEnd
from include.local_cloud import service_repository
from include.local_cloud.furnish import BUCKET_REGION, furnish
from include.ports import InstanceTable, MetricTable
from include.steps.images.build import build_ami
from tests.adapters.cloud import eventually
from tests.laws.mortal_looks import Deaths, look
from tests.world.actors import IN_ORDER, Pushing

CLUSTER, SIZE, RPS = "api-prod", 2, 60
TIME_SCALE = 60
LEFT = (asg_tags.SIZES, asg_tags.SUSPENDED, asg_tags.DISABLED_BY, asg_tags.DISABLED_AT)


class OneSession:
    """Clients of one region, the same for all adapters, so that a death can be put on each; AWS is asked once."""

    def __init__(self, endpoint: str, region: str):
        self.endpoint, self.region = endpoint, region
        self.clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        if service not in self.clients:
            self.clients[service] = boto3.client(
                service, endpoint_url=self.endpoint, region_name=self.region, aws_access_key_id="test",
                aws_secret_access_key="test", config=Config(retries={"mode": "standard", "total_max_attempts": 1}))
        return self.clients[service]


class SteadyMetrics:
    """The same traffic on each ASG that is asked for, all the time."""

    def read(self, asgs: Sequence[str], since: datetime, until: datetime,
             names: Sequence[str] | None = None) -> MetricTable:
        bins = max(1, round((until - since).total_seconds()))
        values = np.full((len(asgs), len(names or ()), bins), RPS / len(asgs))
        for number, name in enumerate(names or ()):
            values[:, number] = 0 if "error" in name else values[:, number]
        return MetricTable(tuple(asgs), tuple(names or ()), since, 1, values)

    def read_instances(self, asg: str, since: datetime, until: datetime, names: Sequence[str] | None = None,
                       most: int = 16) -> InstanceTable:
        return InstanceTable(asg, (), tuple(names or ()), since, 1, np.empty((0, len(names or ()), 1)))


@dataclass
class CrashPoints:
    """A world for deaths. `watched` is a session that no look uses."""

    endpoint: str
    network: str
    folder: Path
    regions: Sequence[str]
    deaths: Deaths = field(default_factory=Deaths)
    tell: Callable[[str], Any] = bool

    def __post_init__(self) -> None:
        self.repository = self.folder / "repository"
        first = service_repository.create(self.repository)
        furnish(self.endpoint, str(self.repository), first, self.regions, size=SIZE, network=self.network)
        self.sessions = {name: OneSession(self.endpoint, name) for name in {*self.regions, BUCKET_REGION}}
        service = declared(self.repository, self.regions, TIME_SCALE, red_red_minutes=1, watch_minutes=1,
                           limit_minutes=1440, region_minutes=1440)
        self.stage = self._stage(service, self.sessions)
        self.watched = self._stage(service, {name: OneSession(self.endpoint, name) for name in self.sessions})
        list(self._clients())       # made once, before any process is forked: that takes longer than a look

    def _stage(self, service: Any, sessions: dict[str, OneSession]) -> LocalStage:
        stage = LocalStage(service, sessions, "", lambda _: None)
        stage.regions = list(self.regions)
        for ports in stage.ports.values():
            ports.__dict__["metrics"] = SteadyMetrics()
        return stage

    def built(self, number: int) -> Push:
        """A push whose AMI is there; nobody dies while it is built."""
        push = Push(f"api-2026110{number}T100000-abc123", "api", "prod", "patch",
                    service_repository.commit(self.repository, "good"), "prod", "", "", "Ada", datetime.now(UTC))
        since = datetime.now(UTC)

        def build() -> Push | None:
            answer = self.watched.take(build_ami, push, owner=push.id, region="", since=since)
            return answer if isinstance(answer, Push) else None

        return eventually(build, "the AMI", seconds=120)

    def dies_everywhere(self, actor: Pushing, until: str = "") -> None:
        """Take the actor's looks, each killed at each of its calls, until all is done or the task `until` comes."""
        while not actor.is_done and actor.todo[0][0] != until:
            self.tell(f"{len(self.deaths.tried):,} deaths; {' '.join(actor.todo[0])} of {actor.push.id}")
            look(actor, self._clients, self.deaths, lambda: self.must_hold(actor.push.id))

    def lives(self, actor: Pushing, until: str) -> None:
        """The same, and nobody dies."""
        def comes() -> bool:
            actor.look()
            return actor.todo[0][0] == until

        eventually(comes, until, seconds=120)

    def clears_away(self, region: str) -> None:
        """A person who has looked at what was rolled back deletes it."""
        clusters = self.watched.ports[region].clusters
        for asg in self._asgs(region):
            if asg_tags.DISABLED_BY in asg.tags:
                clusters.delete(asg.name)
        eventually(lambda: len(self._asgs(region)) == 1, "the ASG that was rolled back is gone", seconds=60)

    def must_hold(self, push_id: str) -> None:
        """At every instant: one new ASG of a push at most, and as many healthy targets as carry the traffic."""
        for region in self.regions:
            ports, asgs = self.watched.ports[region], self._asgs(region)
            made = Counter(asg.tags.get(asg_tags.ROLE) for asg in asgs
                           if asg.tags.get(asg_tags.PUSH) == push_id and not asg.deleting)
            assert all(count == 1 for count in made.values()), f"{region}: {made} of {push_id}; {self.deaths.tried[-1]}"
            healthy = {target.instance for target in ports.traffic.targets(self._main(region))
                       if target.state == "healthy"}
            red = sum(instance.id in healthy for asg in asgs for instance in asg.instances)
            assert red >= SIZE, f"{region}: {red} healthy targets are left; {self.deaths.tried[-1]}"

    def must_have_ended(self, actor: Pushing, end: PushEnd) -> None:
        """The record says so, and nothing is left of it anywhere."""
        record = actor.record
        assert record, f"no record: {actor.failures}"
        assert record.end == end, f"{record.end}: {record.reason}"
        for region in self.regions:
            wrong = [*self._orphans(region, actor.push.id, end), *self._versions(region)]
            assert not wrong, f"{region}: {'; '.join(wrong)}"
            held = self.watched.ports[region].leases.holder(f"api/prod/{region}")
            assert held is None, held

    def _orphans(self, region: str, push_id: str, end: PushEnd) -> Iterator[str]:
        traffic = self.watched.ports[region].traffic
        if set(traffic.weights()) != {self._main(region)}:
            yield f"weights are {traffic.weights()}"
        if any(traffic.target_group(f"{CLUSTER}-{detail}") for detail in ("canary", "baseline")):
            yield "a target group of the canary is left"
        for asg in self._asgs(region):
            if asg.tags.get(asg_tags.ROLE) in (Role.CANARY, Role.BASELINE):
                yield f"{asg.name} is left"
            is_new = asg.tags.get(asg_tags.PUSH) == push_id
            if is_new == (end == PushEnd.SUCCESS):
                yield from self._held(asg, region)
            elif end == PushEnd.SUCCESS and not asg.deleting:
                yield f"{asg.name} is left"

    def _held(self, asg: Asg, region: str) -> Iterator[str]:
        """What the ASG that serves may not have any more."""
        healthy = {t.instance for t in self.watched.ports[region].traffic.targets(self._main(region))
                   if t.state == "healthy"}
        yield from (f"{asg.name} has {tag}" for tag in LEFT if tag in asg.tags)
        yield from (f"{asg.name} suspends {process}" for process in sorted(asg.suspended))
        if (asg.min_size, asg.max_size, asg.desired) != (SIZE, SIZE * 2, SIZE):
            yield f"{asg.name} has sizes {asg.min_size}/{asg.max_size}/{asg.desired}"
        if sum(instance.id in healthy for instance in asg.instances) < SIZE:
            yield f"{asg.name} does not serve"

    def _versions(self, region: str) -> Iterator[str]:
        """Each ASG has one version of its launch template, however often it was made."""
        ec2 = self.watched.sessions[region].client("ec2")
        for template in ec2.describe_launch_templates()["LaunchTemplates"]:
            versions = ec2.describe_launch_template_versions(LaunchTemplateId=template["LaunchTemplateId"])
            said = Counter(v.get("VersionDescription", "") for v in versions["LaunchTemplateVersions"])
            yield from (f"{count} launch template versions say {what!r}" for what, count in said.items() if count > 1)

    def _main(self, region: str) -> str:
        arn = self.watched.ports[region].traffic.target_group(CLUSTER)
        assert arn
        return arn

    def _asgs(self, region: str) -> list[Asg]:
        return self.watched.ports[region].clusters.asgs(CLUSTER)

    def _clients(self) -> Iterator[Any]:
        """Those of all ports."""
        for session in self.sessions.values():
            for service in ("autoscaling", "ec2", "elbv2", "s3", "cloudwatch"):
                yield session.client(service)


def push_and_roll_back(points: CrashPoints, failed_at: Sequence[str]) -> None:
    """A push dies at every call; then, for each step, one that a person fails there, and whose rollback does."""
    pushing = Pushing(points.stage, points.built(1))
    points.dies_everywhere(pushing)
    points.must_have_ended(pushing, PushEnd.SUCCESS)
    for number, step in enumerate(failed_at, 2):
        undone, region = Pushing(points.stage, points.built(number)), points.regions[number % len(points.regions)]
        undone.todo = [task for task in undone.todo if task[0] in IN_ORDER and task[1] == region]
        points.lives(undone, step)
        undone.fails("marked failed by a person")
        points.dies_everywhere(undone)
        points.must_have_ended(undone, PushEnd.FAILURE_CLEAN)
        points.clears_away(region)
