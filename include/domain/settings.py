"""What every declared setting is."""

from datetime import time
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Frozen, and an unknown key is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _some(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if not values:
        raise ValueError("at least one is needed")
    return values


def _of_utc(at: time) -> time:
    if at.tzinfo or at.second or at.microsecond:
        raise ValueError("hours and minutes of UTC are needed, as in 03:00")
    return at


Some = AfterValidator(_some)
TimeOfDay = Annotated[time, AfterValidator(_of_utc)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Percent = Annotated[int, Field(ge=0, le=100)]
Hours = Annotated[float, Field(gt=0, le=24 * 7)]
Minutes = Annotated[float, Field(ge=0, le=24 * 60)]
