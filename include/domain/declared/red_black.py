"""How a service's regions are pushed and put right, as it declares it."""

from datetime import time
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from include.domain.peak_windows import Day
from include.domain.settings import Minutes, Settings, TimeOfDay


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
    compare: bool = True
    when_a_region_fails: WhenARegionFails = WhenARegionFails.UNDO_REGION


class RepairSettings(Settings):
    """When each week what pushes left over is looked for, and told. It changes nothing by itself."""

    check_on: Day | Literal["never"] = "mon"
    check_at: TimeOfDay = time(6)
