"""What a service's ASGs scale by, as it declares it."""

from typing import Annotated

from pydantic import Field, model_validator

from include.domain.settings import Settings


class ScalingSettings(Settings):
    """Target tracking from the sweet spot of the AMI that is pushed, and the minimum from the region's own traffic."""

    policy: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")] = "serin-requests"
    head_room_percent: Annotated[int, Field(ge=1, le=90)] = 30
    minimum_at_least: Annotated[int, Field(ge=1)] = 2
    minimum_at_most: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> "ScalingSettings":
        if self.minimum_at_most is not None and self.minimum_at_most < self.minimum_at_least:
            raise ValueError(f"minimum_at_most: {self.minimum_at_most} is less than minimum_at_least, which is "
                             f"{self.minimum_at_least}")
        return self
