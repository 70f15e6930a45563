"""The real adapters on the local cloud's control process, on SQLite and on a git repository."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from include.adapters.archive.s3 import S3Archive
from include.adapters.branches.git import GitBranches
from include.adapters.clusters.ec2_asg import Ec2AsgClusters
from include.adapters.images.ec2 import Ec2Images
from include.adapters.leases.s3 import S3Leases
from include.adapters.metrics.sql import SqlMetrics
from include.adapters.traffic.elbv2 import Elbv2Traffic
from include.domain.service import MetricSource, Service
from include.local_cloud import service_repository
from tests.adapters.cloud import REGION, Session, eventually, furnished
from tests.contract.contract_world import ContractWorld

REGIONS = (REGION, "us-west-2")


class Table:
    """A metric table in SQLite, behind what we need of Airflow's DbApiHook."""

    placeholder = "?"

    def __init__(self) -> None:
        self.db = sqlite3.connect(":memory:")
        self.db.execute("CREATE TABLE metrics (ts INTEGER, region TEXT, asg TEXT, name TEXT, value REAL)")

    def get_records(self, sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        return self.db.execute(sql, parameters).fetchall()

    def write(self, asg: str, at: datetime, values: dict[str, float]) -> None:
        self.db.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?)",
                            [(int(at.timestamp()), REGION, asg, name, value) for name, value in values.items()])


@contextmanager
def made(request: Any) -> Iterator[ContractWorld]:
    endpoint = request.getfixturevalue("control")
    session = Session(endpoint)
    cluster = furnished(session)
    repository = request.getfixturevalue("tmp_path") / "api"
    service_repository.create(repository)
    commit = service_repository.commit(repository, "good")
    bucket = f"contract-{uuid4().hex}"
    session.client("s3").create_bucket(Bucket=bucket)
    table = Table()
    world = ContractWorld(
        cluster=f"{cluster.service}-prod", asg=cluster.asg, target_group=cluster.target_group,
        ami=_image(session, f"{cluster.service}-other"), commit=commit, clusters=Ec2AsgClusters(session),
        traffic=Elbv2Traffic(session, cluster.load_balancer, 80, f"{cluster.service}-prod"),
        archive=S3Archive(session, bucket, "serin"), leases=S3Leases(session, bucket, "serin", timedelta(minutes=15)),
        metrics=SqlMetrics(table, REGION, MetricSource(connection="metrics"), 1),
        branches=GitBranches(str(repository)), images=_images(session, endpoint, cluster.service, repository),
        image_regions=REGIONS, now=lambda: datetime.now(UTC), until=lambda true: eventually(true, "it is true"),
        write_metric=table.write)
    world.serving(cluster.asg, 2)
    yield world


def _image(session: Session, name: str) -> str:
    return session.client("ec2").register_image(Name=name, Architecture="arm64",
                                                RootDeviceName="/dev/sda1")["ImageId"]


def _images(session: Session, endpoint: str, service: str, repository: Path) -> Ec2Images:
    _image(session, f"{service}-builder")
    declared = Service.model_validate({
        "service": service, "repository": str(repository), "build": {"base_ami": f"{service}-builder"},
        "environments": {"prod": {"connection": "aws", "regions": [
            {"region": REGION, "markets": ["us"], "load_balancer": "x", "target_group": "x"}]}},
        "canary": {"region": REGION}, "metrics": {"connection": "m"},
        "archive": {"connection": "aws", "bucket": "b", "region": REGION}})
    return Ec2Images({region: Session(endpoint, region) for region in REGIONS}, declared, REGION)
