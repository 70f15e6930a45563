"""What every declared setting is."""

from datetime import time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

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


def iana(name: str) -> str:
    """The name of a time zone, checked."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("an IANA time zone is needed, as in America/New_York") from error
    return name


Some = AfterValidator(_some)
TimeZone = Annotated[str, AfterValidator(iana)]
TimeOfDay = Annotated[time, AfterValidator(_of_utc)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Percent = Annotated[int, Field(ge=0, le=100)]
Hours = Annotated[float, Field(gt=0, le=24 * 7)]
Minutes = Annotated[float, Field(ge=0, le=24 * 60)]
