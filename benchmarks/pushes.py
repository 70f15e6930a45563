"""Pushes by Serin's own steps and adapters against the local cloud, whose instances here only answer health checks."""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np

from include.adapters.aws_calls import made
from include.domain.asg_tags import COMMIT
from include.domain.looks import Look, Wait
from include.domain.peak_windows import Market
from include.domain.push import Push, RegionPlan
from include.domain.service import Service
from include.local_cloud import service_repository
from include.local_cloud.aws import LocalSession
from include.local_cloud.control.durations import Durations
from include.local_cloud.furnish import BUCKET, BUCKET_REGION, furnish
from include.ports import MetricTable
from include.steps.red_black import region as red_black
from plugins import wiring

STEPS = ("plan", "launch_new", "in_service", "red_red", "disable_baseline", "holds", "delete_baseline")
NETWORK = "127.43"
RPS = 100.0             # of a whole region; what is carried does not change what a push costs
MOST_TARGETS = 5_000    # AWS gives 1,000 until it is asked for more
SLEEPS_AT_LEAST = 0.2   # seconds, as the operators
FURNISHED_WITHIN = 600  # seconds


@dataclass
class Pushed:
    """A push over these regions. `cloud` is what the cloud itself needed, in seconds of AWS; the others are seconds
    here: `busy` inside Serin and the answers of AWS, `slept` between two looks. `calls` are of (step, operation)."""

    regions: Sequence[str]
    size: int
    cloud: float
    busy: float = 0.0
    slept: float = 0.0
    looks: int = 0
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def whole(self) -> float:
        return self.busy + self.slept

    def calls_of(self, step: str) -> int:
        return sum(count for (of, _), count in self.calls.items() if of == step)

    @property
    def operations(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for (_, operation), count in self.calls.items():
            found[operation] += count
        return found


class NoRuns:
    """There is no Airflow here: no run holds a lease."""

    def this(self) -> str:
        return ""

    def ended(self, run: str) -> bool | None:
        return None


class SteadyLoad:
    """A metric store in which the ASGs that are asked for share the region's traffic."""

    def read(self, asgs: Sequence[str], since: datetime, until: datetime, names: Sequence[str]) -> MetricTable:
        value = {"requests.all": RPS / len(asgs), "errors.all": 0.0, "latency_ms.all.p99": 80.0}
        bins = max(1, int((until - since).total_seconds()))
        values = np.array([[[value[name]] * bins for name in names] for _ in asgs])
        return MetricTable(tuple(asgs), tuple(names), since, 1, values)


@contextmanager
def local_cloud(scale: float) -> Iterator[str]:
    """The endpoint of a control process without a data plane."""
    command = [sys.executable, "-m", "include.local_cloud.control", "--assume-healthy", "--scale", f"{scale:g}",
               "--network", NETWORK, "--parent", str(os.getpid())]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield json.loads(process.stdout.readline())["endpoint"]
    finally:
        process.kill()
        process.wait()


def declared(regions: Sequence[str], repository: Path, scale: float) -> Service:
    """As a team gets it that declares nothing, but for the two waits that it declares, red_red and watch: no time."""
    where = [{"region": region, "markets": ["quiet"], "load_balancer": "api-prod", "target_group": "api-prod"}
             for region in regions]
    return Service.model_validate({
        "service": "api", "repository": str(repository), "time_scale": scale, "time_zero": datetime.now(UTC),
        "build": {"base_ami": "serin-base"}, "environments": {"prod": {"connection": "aws", "regions": where}},
        "canary": {"region": regions[0]}, "red_black": {"red_red_minutes": 0, "watch_minutes": 0},
        "metrics": {"connection": "metrics", "step_seconds": 1},
        "archive": {"connection": "aws", "bucket": BUCKET, "region": BUCKET_REGION}})


def push_region(push: Push, region: str, service: Service, pushed: Pushed) -> None:
    """Every step of the region as its operators take them: look, sleep until the next look, look again."""
    ports = wiring.Ports(service, push.environment, region)
    ports.metrics, ports.runs = SteadyLoad(), NoRuns()
    value: Any = push
    for name in STEPS:
        before = made()
        value = _step(name, value, ports, pushed)
        pushed.calls.update({(name, call): count for call, count in (made() - before).items()})


def _step(name: str, value: Push | RegionPlan, ports: wiring.Ports, pushed: Pushed) -> Any:
    step, since = getattr(red_black, name), datetime.now(UTC)
    values = (value, ports.region) if name == "plan" else (value,)
    asked = list(signature(step).parameters)[len(values):]
    while True:
        look, began = Look(datetime.now(UTC), since), time.monotonic()
        known = {"look": look, "markets": {"quiet": Market("quiet", "UTC")}}
        answer = step(*values, **{port: known[port] if port in known else getattr(ports, port) for port in asked})
        pushed.busy, pushed.looks = pushed.busy + time.monotonic() - began, pushed.looks + 1
        if not isinstance(answer, Wait):
            return answer
        pause = max((answer.next_look - datetime.now(UTC)).total_seconds(), SLEEPS_AT_LEAST)
        pushed.slept += pause
        time.sleep(pause)


def needed(service: Service, drain_seconds: float, check_seconds: float) -> float:
    """Seconds, on AWS, that the cloud itself needs for one region: each batch boots and is checked, the old ASG drains
    and its instances end."""
    durations, batches = Durations(1), -(-100 // service.red_black.batch_percent)
    return batches * (durations.boot + check_seconds) + drain_seconds + durations.shut_down


def target_group_of(endpoint: str, region: str) -> tuple[float, float]:
    """Seconds of its deregistration delay, and of its checks until a target is healthy."""
    elb = LocalSession(endpoint, region).client("elbv2")
    group = elb.describe_target_groups(Names=["api-prod"])["TargetGroups"][0]
    attributes = elb.describe_target_group_attributes(TargetGroupArn=group["TargetGroupArn"])["Attributes"]
    delay = {pair["Key"]: pair["Value"] for pair in attributes}["deregistration_delay.timeout_seconds"]
    return float(delay), group["HealthyThresholdCount"] * group["HealthCheckIntervalSeconds"]


def one_push(regions: Sequence[str], size: int, scale: float) -> Pushed:
    """A push of `size` instances in each region, one region after the other, in a cloud of its own."""
    with tempfile.TemporaryDirectory(prefix="serin-benchmark-") as temporary, local_cloud(scale) as endpoint:
        repository = Path(temporary) / "api"
        first = service_repository.create(repository)
        wiring.Session = lambda connection, region, **_: LocalSession(endpoint, region)
        furnish(endpoint, str(repository), first, regions, size=size, network=NETWORK, wait_seconds=FURNISHED_WITHIN)
        service, commit = declared(regions, repository, scale), service_repository.commit(repository, "good")
        _tell(endpoint, "limits", {region: {"targets-per-application-load-balancer": MOST_TARGETS}
                                   for region in regions})
        for region in regions:
            register(endpoint, region, commit, repository)
        push = Push("api-benchmark", "api", "prod", "patch", commit, "prod", f"api-{commit[:12]}", "", "benchmark",
                    datetime.now(UTC))
        each = needed(service, *target_group_of(endpoint, regions[0]))
        pushed = Pushed(regions, size, each * len(regions))
        for region in regions:
            push_region(push, region, service, pushed)
        return pushed


def register(endpoint: str, region: str, commit: str, repository: Path) -> None:
    """The AMI of the commit, as a build would have left it."""
    ec2 = LocalSession(endpoint, region).client("ec2")
    ami = ec2.register_image(Name=f"api-{commit[:12]}", Architecture="arm64", RootDeviceName="/dev/sda1")["ImageId"]
    ec2.create_tags(Resources=[ami], Tags=[{"Key": COMMIT, "Value": commit}, {"Key": "serin:branch", "Value": "prod"},
                                           {"Key": "serin:service", "Value": "api"}])
    _tell(endpoint, "disks", {"region": region, "ami": ami, "repository": str(repository), "commit": commit})


def _tell(endpoint: str, path: str, body: Mapping[str, Any]) -> None:
    request = urllib.request.Request(f"{endpoint}/serin/{path}", json.dumps(body).encode(),
                                     {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        answer.read()
