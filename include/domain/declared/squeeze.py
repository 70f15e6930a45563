"""How a service finds what one instance carries, as it declares it."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from include.domain.declared.canary import CanaryPlan
from include.domain.settings import Percent, Settings

Path = Annotated[str, Field(pattern=r"^/[!-~]*$")]


class GeneratedLoad(Settings):
    """GETs that are sent to one instance that no user sees, in prod's own mix: `paths` by endpoint, as the metric store
    names it in `requests.<endpoint>`; what has none is never sent."""

    port: Annotated[int, Field(ge=1, le=65_535)]
    paths: Annotated[dict[str, Path], Field(min_length=1)]
    host: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:-]*$")] = ""
    max_rps: Annotated[float, Field(ge=1, le=1000)] = 300
    in_flight: Annotated[int, Field(ge=1, le=2000)] = 256
    timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 10


class SqueezePlan(Settings):
    """How one instance of the canary, then one of its baseline, is given more and more traffic, and inside what limits.

    `live` steers prod traffic to it, `generated` makes its own, `none` squeezes nothing. Latency may be so many times
    prod's at the time (with generated load: the instance's own at rest), or `max_latency_ms`; errors so many per cent
    more than there. `cpu` names a metric of the instance, "" for no guard. What the new AMI carries less than the
    running one, by more than `max_drop_percent` and beyond doubt, costs the score.
    """

    kind: Literal["live", "generated", "none"] = "live"
    generated: GeneratedLoad | None = None
    max_share_percent: Annotated[int, Field(ge=1, le=80)] = 25
    step_minutes: Annotated[float, Field(gt=0, le=60)] = 3
    look_every_seconds: Annotated[float, Field(ge=1, le=15)] = 5
    limit_minutes: Annotated[float, Field(gt=0, le=7 * 24 * 60)] = 240
    max_latency_ratio: Annotated[float, Field(gt=1)] = 2
    max_latency_ms: Annotated[float, Field(gt=0)] | None = None
    max_error_percent: Annotated[float, Field(ge=0, le=100)] = 1
    stop_ratio: Annotated[float, Field(ge=1)] = 2
    max_drop_percent: Annotated[int, Field(ge=1, le=100)] = 5
    cpu: str = ""
    max_cpu_percent: Percent | None = None

    @model_validator(mode="after")
    def _guards_what_it_reads(self) -> "SqueezePlan":
        if bool(self.cpu) != (self.max_cpu_percent is not None):
            raise ValueError("cpu, the name of a metric, and max_cpu_percent are a guard only together")
        if (self.kind == "generated") != (self.generated is not None):
            raise ValueError("generated: kind `generated` needs this section, and no other kind has it")
        if self.kind == "generated" and self.cpu:
            raise ValueError("cpu: it guards a live squeeze; generated load harms no user, and has no such guard")
        return self

    def too_little(self, canary: CanaryPlan) -> str | None:
        """Why one instance of this canary could not be given more than it has, or None."""
        if self.max_share_percent * canary.size > canary.share_percent:
            return None
        return (f"{self.max_share_percent} % is not more than an instance of the canary has already, "
                f"{canary.share_percent} % ÷ {canary.size}")
