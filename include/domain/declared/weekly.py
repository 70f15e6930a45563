"""A service's weekly push, as it declares it."""

from datetime import time
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from include.domain.peak_windows import Day
from include.domain.settings import Hours, Settings, TimeZone

STAGING = "staging"     # the environment whose healthy commit is pushed


def _wall_clock(at: time) -> time:
    if at.tzinfo or at.second or at.microsecond:
        raise ValueError("hours and minutes are needed, as in 10:00; time_zone counts")
    return at


Who = Annotated[str, Field(pattern=r"^[^\s,:]{1,100}$")]


class Weekly(Settings):
    """When each week a push of what is healthy in staging starts, and who may let it into the regions. `users` are ids
    of Airflow's users, `roles` their roles where its auth manager is the simple one; who has one of them may answer."""

    day: Day
    at: Annotated[time, AfterValidator(_wall_clock)]
    time_zone: TimeZone = "UTC"
    users: tuple[Who, ...] = ()
    roles: tuple[Who, ...] = ()
    answer_hours: Hours = 24
    remind_hours: Annotated[float, Field(ge=0)] = 2

    @model_validator(mode="after")
    def _reminded_in_time(self) -> "Weekly":
        if self.remind_hours >= self.answer_hours:
            raise ValueError(f"remind_hours: {self.remind_hours:g} h before the end of {self.answer_hours:g} h is "
                             "before the question")
        return self
