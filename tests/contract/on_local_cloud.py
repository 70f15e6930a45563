"""The real adapters on the local cloud's control process and on a git repository."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import pygit2

from include.adapters.alarms.cloudwatch import CloudWatchAlarms
from include.adapters.archive.s3 import S3Archive
from include.adapters.branches.git import GitBranches
from include.adapters.branches.git_merge import GitMerges
from include.adapters.clusters.ec2_asg import Ec2AsgClusters
from include.adapters.instances.ec2 import Ec2Instances
from include.adapters.leases.s3 import S3Leases
from include.adapters.limits.ec2 import Ec2Limits
from include.adapters.load.http import HttpLoad
from include.adapters.traffic.elbv2 import Elbv2Traffic
from include.domain.red_black.versions import Said
from include.local_cloud import service_repository
from tests.adapters.cloud import Cluster, Session, eventually, furnished
from tests.contract.contract_world import ContractWorld
from tests.contract.image_kinds import REGIONS, images_of

PORT = 18_080       # of an instance's own address


class OnLocalCloud(ContractWorld):
    """Each test has names of its own; what it does not ask for is not furnished."""

    image_regions = REGIONS
    image_kind = "ec2"

    def __init__(self, endpoint: str, folder: Path) -> None:
        self._endpoint, self._session, self._folder = endpoint, Session(endpoint), folder
        self.instances, self._servers = Ec2Instances(self._session), ExitStack()
        self.load = HttpLoad(self._session)
        self.alarms = CloudWatchAlarms(self._session)
        self.clusters, self.limits = Ec2AsgClusters(self._session), Ec2Limits(self._session)

    def answers(self, instance: str, said: Said) -> int:
        """A server on the instance's own address, which is one of loopback."""
        reservation, = self._session.client("ec2").describe_instances(InstanceIds=[instance])["Reservations"]
        server = self._servers.enter_context(
            ThreadingHTTPServer((reservation["Instances"][0]["PrivateIpAddress"], PORT), _answering(said)))
        self._servers.callback(server.shutdown)
        Thread(target=server.serve_forever, daemon=True).start()
        return PORT

    def unheard(self, instance: str) -> None:
        """Nothing listens there."""

    def close(self) -> None:
        self._servers.close()

    def set_alarm(self, name: str, state: str) -> None:
        watch = self._session.client("cloudwatch")
        if not watch.describe_alarms(AlarmNames=[name])["MetricAlarms"]:
            watch.put_metric_alarm(AlarmName=name, Namespace="Api", MetricName="errors", Statistic="Sum", Period=60,
                                   EvaluationPeriods=1, Threshold=1.0, ComparisonOperator="GreaterThanThreshold")
        watch.set_alarm_state(AlarmName=name, StateValue=state, StateReason=f"it is {state}")

    @cached_property
    def _furnished(self) -> Cluster:
        """In service: every test finds its cluster at rest."""
        cluster = furnished(self._session)
        health = cluster.aws("elbv2").describe_target_health

        def states() -> list[str]:
            found = health(TargetGroupArn=cluster.target_group)["TargetHealthDescriptions"]
            return [target["TargetHealth"]["State"] for target in found]
        eventually(lambda: states() == ["healthy"] * 2, "two healthy targets")
        return cluster

    @cached_property
    def cluster(self) -> str:
        return f"{self._furnished.service}-prod"

    @cached_property
    def asg(self) -> str:
        return self._furnished.asg

    @cached_property
    def target_group(self) -> str:
        return self._furnished.target_group

    @cached_property
    def traffic(self) -> Elbv2Traffic:
        return Elbv2Traffic(self._session, self._furnished.load_balancer, 80, f"{self._furnished.service}-prod")

    @cached_property
    def ami(self) -> str:
        return _image(self._session, f"other-{uuid4().hex}")

    @cached_property
    def _bucket(self) -> str:
        bucket = f"contract-{uuid4().hex}"
        self._session.client("s3").create_bucket(Bucket=bucket)
        return bucket

    @cached_property
    def archive(self) -> S3Archive:
        return S3Archive(self._session, self._bucket, "serin")

    @cached_property
    def leases(self) -> S3Leases:
        return S3Leases(self._session, self._bucket, "serin", timedelta(minutes=15))

    def commit_saying(self, branch: str, message: str) -> str:
        repository = pygit2.Repository(str(self._repository))
        head = repository.references[f"refs/heads/{branch}"]
        by = pygit2.Signature("Ada", "ada@localhost")
        made = repository.create_commit(None, by, by, message, head.peel(pygit2.Commit).tree.id, [head.target])
        head.set_target(made)
        return str(made)

    @cached_property
    def commit(self) -> str:
        service_repository.create(self._folder)
        return service_repository.commit(self._folder, "good")

    @property
    def _repository(self) -> Path:
        assert self.commit
        return self._folder

    @cached_property
    def branches(self) -> GitBranches:
        return GitBranches(str(self._repository))

    @cached_property
    def merges(self) -> GitMerges:
        return GitMerges(str(self._repository), "Serin", "serin@localhost")

    def commit_to(self, branch: str) -> None:
        service_repository.commit(self._repository, "leak" if branch == "prod" else "slow_tail", branch)

    @cached_property
    def images(self) -> Any:
        return images_of(self.image_kind, self._endpoint, self._repository)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def until(self, true: Callable[[], Any]) -> Any:
        return eventually(true, "what the test waits for")


@contextmanager
def made(request: Any) -> Iterator[ContractWorld]:
    world = OnLocalCloud(request.getfixturevalue("control"), request.getfixturevalue("tmp_path") / "api")
    yield world
    world.close()


def _answering(said: Said) -> type[BaseHTTPRequestHandler]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.body.encode())

        def log_message(self, *_: Any) -> None: ...

    return Answer


def _image(session: Session, name: str) -> str:
    return session.client("ec2").register_image(Name=name, Architecture="arm64",
                                                RootDeviceName="/dev/sda1")["ImageId"]
