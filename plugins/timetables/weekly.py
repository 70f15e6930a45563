"""When something runs by itself each week."""

from datetime import time

from airflow.sdk import CronTriggerTimetable

from plugins.timetables.daily import NOT_AT_ONCE


def weekly(day: str, at: time) -> CronTriggerTimetable | None:
    """On this day (mon to sun) at this time of UTC, from the next week that has it on; None on the day `never`."""
    return None if day == "never" else CronTriggerTimetable(f"{at.minute} {at.hour} * * {day}", timezone="UTC",
                                                            run_immediately=NOT_AT_ONCE)
