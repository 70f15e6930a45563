"""A service as its team declares it. Defaults and units live here; `include/services/api.yaml` repeats them for people.

Durations are declared in production units; `time_scale` divides them (`Service.lasts`), and nothing else does.
"""

from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from include.domain.metric_sources import AnyMetricSource, CloudWatchSource
from include.domain.metric_sources import MetricRule as MetricRule
from include.domain.metric_sources import MetricSource as MetricSource
from include.domain.peak_windows import Day
from include.domain.settings import Settings, TimeOfDay

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Percent = Annotated[int, Field(ge=0, le=100)]
Hours = Annotated[float, Field(gt=0, le=24 * 7)]
Minutes = Annotated[float, Field(ge=0, le=24 * 60)]


class Branches(Settings):
    """The three long-lived branches of the service's repository, and who signs the merges between them."""

    test: str = "test"
    release: str = "release"
    prod: str = "prod"
    merge_name: str = "Serin"
    merge_email: str = "serin@localhost"


class RegionSettings(Settings):
    """Where the service runs in one region: the listener whose weights we move, the target group of the cluster,
    and the alarms that must be quiet."""

    region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
    markets: tuple[str, ...]
    load_balancer: str
    listener_port: int = 80
    target_group: str
    alarms: tuple[str, ...] = ()


class Environment(Settings):
    """One environment: its Airflow AWS connection and its regions, in push order."""

    connection: str
    regions: tuple[RegionSettings, ...]


class Build(Settings):
    """How a commit becomes an AMI. `install` runs on the builder instance, which must power off when it is done."""

    kind: Literal["ec2"] = "ec2"
    base_ami: str
    instance_type: str = "c7g.large"
    subnet_tag: str = "serin:build"
    install: tuple[str, ...] = ("/usr/local/bin/serin-install",)
    limit_minutes: Annotated[float, Field(gt=0)] = 45


class CanaryPlan(Settings):
    """The canary and its baseline: equal size, equal share."""

    region: str
    size: Annotated[int, Field(ge=1)] = 1
    share_percent: Annotated[int, Field(ge=1, le=40)] = 1
    bake_hours: Hours = 8
    warm_up_minutes: Minutes = 10
    look_every_minutes: Annotated[float, Field(gt=0)] = 10
    go_score: Percent = 95
    false_abort_percent: Annotated[float, Field(gt=0, le=10)] = 1
    min_requests: Annotated[int, Field(ge=0)] = 10_000
    calibrate_at: TimeOfDay | None = None


class WhenARegionFails(StrEnum):
    """HOLD: nothing is undone by itself. UNDO_REGION: the one that failed. UNDO_ALL: those that were finished, too."""

    HOLD = "hold"
    UNDO_REGION = "undo_region"
    UNDO_ALL = "undo_all"


class RedBlackPlan(Settings):
    """How one region is pushed."""

    extra_percent: Annotated[int, Field(ge=0, le=100)] = 10
    batch_percent: Annotated[int, Field(ge=1, le=100)] = 50
    red_red_minutes: Minutes = 10
    watch_minutes: Minutes = 60
    countdown_minutes: Annotated[float, Field(gt=0, le=24 * 60)] = 0.5
    look_every_minutes: Annotated[float, Field(gt=0)] = 1
    limit_minutes: Annotated[float, Field(gt=0)] = 40
    region_minutes: Annotated[float, Field(gt=0)] = 150
    instance_rps: Annotated[float, Field(gt=0)] | None = None
    max_error_percent: Annotated[float, Field(ge=0, le=100)] = 0.5
    max_latency_ratio: Annotated[float, Field(ge=1)] = 1.5
    when_a_region_fails: WhenARegionFails = WhenARegionFails.UNDO_REGION


class RepairSettings(Settings):
    """When each week what pushes left over is looked for, and told. It changes nothing by itself."""

    check_on: Day | Literal["never"] = "mon"
    check_at: TimeOfDay = time(6)


class VersionCheck(Settings):
    """Where each instance says which commit it runs: in a header of its answer, or in the body. 7 hex digits do."""

    port: Annotated[int, Field(ge=1, le=65_535)]
    path: Annotated[str, Field(pattern=r"^/[!-~]*$")] = "/version"
    header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]*$")] = ""


class ArchiveSettings(Settings):
    """Where records, events and reports are kept, for ever; the leases lie beside them."""

    connection: str
    bucket: str
    region: str
    prefix: str = "serin"


class ChatSettings(Settings):
    """Where the team reads of its pushes. `log` writes them to the task's log."""

    kind: Literal["log"] = "log"
    room: str = ""


class Service(Settings):
    """One service: everything that a push needs to know, and nothing about how it is done."""

    service: Name
    repository: str
    branches: Branches = Branches()
    watch_every_seconds: Annotated[float, Field(ge=1)] = 30
    build: Build
    environments: dict[Name, Environment]
    canary: CanaryPlan
    red_black: RedBlackPlan = RedBlackPlan()
    repair: RepairSettings = RepairSettings()
    version: VersionCheck | None = None
    metrics: AnyMetricSource
    archive: ArchiveSettings
    chat: ChatSettings = ChatSettings()
    time_scale: Annotated[float, Field(ge=1)] = 1
    time_zero: datetime | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> "Service":
        if self.time_scale != 1 and (self.time_zero is None or self.time_zero.tzinfo is None):
            raise ValueError("time_zero: a time_scale other than 1 needs the instant, with its zone, it counts from")
        if "prod" not in self.environments:
            raise ValueError("environments: `prod` is missing; it is where a push goes")
        if self.canary.region not in {r.region for r in self.environments["prod"].regions}:
            raise ValueError(f"canary.region: {self.canary.region} is not a region of environments.prod")
        bake = self.lasts(hours=self.canary.bake_hours)
        if isinstance(self.metrics, CloudWatchSource) and (wrong := self.metrics.too_fine(bake)):
            raise ValueError(f"metrics.step_seconds: a canary bakes for {self.canary.bake_hours:g} h: {wrong}")
        return self

    def lasts(self, *, hours: float = 0, minutes: float = 0) -> timedelta:
        """How long a declared duration really lasts: divided by `time_scale`, and never under a second unless zero."""
        real = timedelta(hours=hours, minutes=minutes) / self.time_scale
        return max(real, timedelta(seconds=1)) if real else real

    def region(self, environment: str, region: str) -> RegionSettings:
        """The region's settings; KeyError names what there is."""
        regions = {r.region: r for r in self.environments[environment].regions}
        if region not in regions:
            raise KeyError(f"{region} is not a region of {self.service} in {environment}: {', '.join(regions)}")
        return regions[region]
