"""A service as its team declares it. Defaults and units live in `declared/`; `include/services/api.yaml`
repeats them for people.

Durations are declared in production units; `time_scale` divides them (`Service.lasts`), and nothing else does.
"""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field, model_validator

from include.domain.declared.branches import Branches
from include.domain.declared.build import Build, Ec2Build
from include.domain.declared.canary import CanaryPlan
from include.domain.declared.environments import (
    ENVIRONMENTS,
    GOES_TO,
    PROD,
    Environment,
    RegionSettings,
    VersionCheck,
)
from include.domain.declared.gates import AnyGate, Gates
from include.domain.declared.manifest import ManifestSettings
from include.domain.declared.permissions import Permissions
from include.domain.declared.red_black import RedBlackPlan, RepairSettings
from include.domain.declared.scaling import ScalingSettings
from include.domain.declared.squeeze import SqueezePlan
from include.domain.declared.tickets import TicketSettings, pattern_of
from include.domain.declared.told import ArchiveSettings, ChatSettings
from include.domain.declared.weekly import STAGING, Weekly
from include.domain.errors import BadInput
from include.domain.freezes import Freeze
from include.domain.metric_sources import AnyMetricSource
from include.domain.repositories import why_not
from include.domain.settings import Name, Settings


class Service(Settings):
    """One service: everything that a push needs to know, and nothing about how it is done."""

    service: Name
    repository: str
    repository_connection: str = ""
    forge_url: Annotated[str, pattern_of("{commit}")] = ""
    branches: Branches = Branches()
    watch_every_seconds: Annotated[float, Field(ge=1)] = 30
    build: Build
    manifest: ManifestSettings = ManifestSettings()
    gates: Gates = ()
    environments: dict[Name, Environment]
    canary: CanaryPlan
    squeeze: SqueezePlan = SqueezePlan()
    red_black: RedBlackPlan = RedBlackPlan()
    scaling: ScalingSettings | None = None
    repair: RepairSettings = RepairSettings()
    freezes: tuple[Freeze, ...] = ()
    weekly: Weekly | None = None
    permissions: Permissions | None = None
    version: VersionCheck | None = None
    metrics: AnyMetricSource
    archive: ArchiveSettings
    chat: ChatSettings = ChatSettings()
    tickets: TicketSettings = TicketSettings()
    time_scale: Annotated[float, Field(ge=1)] = 1
    time_zero: datetime | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> "Service":
        if self.time_scale != 1 and (self.time_zero is None or self.time_zero.tzinfo is None):
            raise ValueError("time_zero: a time_scale other than 1 needs the instant, with its zone, it counts from")
        if wrong := why_not(self.repository, self.repository_connection):
            raise ValueError(f"repository: {wrong}")
        self._environments_fit()
        if self.canary.region not in {r.region for r in self.environments[PROD].regions}:
            raise ValueError(f"canary.region: {self.canary.region} is not a region of environments.prod")
        if self.squeeze.kind == "live" and (wrong := self.squeeze.too_little(self.canary)):
            raise ValueError(f"squeeze.max_share_percent: {wrong}")
        if self.weekly and STAGING not in self.environments:
            raise ValueError(f"weekly: what is healthy in environments.{STAGING} is pushed, which is missing")
        self._somebody_may_say_go()
        bake = self.lasts(hours=self.canary.bake_hours)
        if wrong := self.metrics.too_fine(bake):
            raise ValueError(f"metrics.step_seconds: a canary bakes for {self.canary.bake_hours:g} h: {wrong}")
        return self

    def _somebody_may_say_go(self) -> None:
        if self.weekly is None:
            return
        approve = self.permissions.approve if self.permissions else ()
        if self.permissions and self.weekly.roles:
            raise ValueError("weekly.roles: with permissions, those who may say go are permissions.approve's")
        if self.permissions and not approve:
            raise ValueError("permissions.approve: nobody could say go to a weekly push: name a role")
        if not (self.weekly.users or self.weekly.roles or approve):
            raise ValueError("weekly.users: nobody could start the push: name users or roles, or permissions.approve")

    def _environments_fit(self) -> None:
        if unknown := [name for name in self.environments if name not in ENVIRONMENTS]:
            raise ValueError(f"environments.{unknown[0]}: is not known; there are {', '.join(ENVIRONMENTS)}")
        if PROD not in self.environments:
            raise ValueError("environments: `prod` is missing; it is where a push goes")
        if self.environments[PROD].red_black:
            raise ValueError("environments.prod.red_black: prod's settings are those of red_black itself")
        if not self.red_black.compare:
            raise ValueError("red_black.compare: false is refused: prod is always compared; it is for the red_black of "
                             "another environment")
        self._may_use_its_amis()
        for number, here in enumerate(self.environments[PROD].regions):
            if "markets" not in here.model_fields_set:
                raise ValueError(f"environments.prod.regions.{number}.markets: is missing")

    def _may_use_its_amis(self) -> None:
        """A connection of its own is an account of its own; what the team's CI shares is the CI's business."""
        if not isinstance(self.build, Ec2Build) or self.build.share_with:
            return
        owner = self.environments[PROD].connection
        for name, there in self.environments.items():
            if there.connection != owner:
                raise ValueError(f"build.share_with: environments.{name} uses {there.connection}, and AMIs belong to "
                                 f"the account of {owner}: name the account that {there.connection} is of")

    def within(self, environment: str) -> "Service":
        """The service as it is in this environment: outside of prod with the red/black settings that are otherwise
        there, without freezes, and without the scaling that is found by squeezing prod."""
        if environment == PROD or environment not in self.environments:
            return self
        there = self.environments[environment].red_black
        changes = {name: getattr(there, name) for name in there.model_fields_set} if there else {}
        red_black = self.red_black.model_copy(update=changes)
        return self.model_copy(update={"red_black": red_black, "freezes": (), "scaling": None})

    def regions_of(self, environment: str) -> list[str]:
        """The names of its regions, in push order."""
        return [here.region for here in self.environments[environment].regions]

    def deployed_from(self, branch: str) -> tuple[str, ...]:
        """The declared environments that the commits of `test` or of `release` go to."""
        return tuple(name for name in GOES_TO[branch] if name in self.environments)

    @property
    def every_region(self) -> tuple[str, ...]:
        """The regions of all environments, those of prod first: a commit is built once, for wherever it may go."""
        first, *others = sorted(self.environments, key=lambda name: name != PROD)
        return tuple(dict.fromkeys(here.region for name in (first, *others)
                                   for here in self.environments[name].regions))

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

    def gate(self, name: str) -> AnyGate:
        """The gate's settings; BadInput names what there is."""
        gates = {gate.name: gate for gate in self.gates}
        if name not in gates:
            raise BadInput(f"{self.service} declares no gate {name}: {', '.join(gates) or 'there are none'}")
        return gates[name]
