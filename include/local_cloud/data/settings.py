"""What the data process is told when it starts, and the load, which may change while it runs."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from include.domain.peak_windows import Market, MarketClock

Rate = Annotated[float, Field(ge=0, le=5000)]


class Load(BaseModel):
    """Requests per second at the peak of the day, in each region that is not named in `regions`; they go in equal parts
    to those of these load balancers that the region has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    peak_rps: Rate = 0
    regions: dict[str, Rate] = {}
    load_balancers: Annotated[tuple[str, ...], Field(min_length=1)] = ("api-prod",)

    def peak(self, region: str) -> float:
        return self.regions.get(region, self.peak_rps)


class Settings(BaseModel):
    """`control` is the control process's address, `parent` (not 0) the process to end with; `port` 0: any free one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    control: str
    identity: str
    metrics_db: str
    parent: int = 0
    port: int = 0
    listen: str = "127.0.0.1"
    keep_seconds: Annotated[int, Field(ge=60)] = 1200
    load: Load = Load()
    markets: tuple[Market, ...] = ()
    time_scale: Annotated[float, Field(ge=1)] = 1
    time_zero: datetime | None = None

    def clock(self) -> MarketClock:
        return MarketClock(self.time_scale, self.time_zero)

    def served_from(self, region: str) -> list[Market]:
        """The markets of the region: their day is the load's."""
        return [market for market in self.markets if region in market.regions]
