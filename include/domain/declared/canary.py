"""A service's canary, as it declares it."""

from typing import Annotated

from pydantic import Field

from include.domain.settings import Hours, Minutes, Percent, Settings, TimeOfDay


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
