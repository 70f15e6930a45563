"""When something runs by itself each day."""

from datetime import time

from airflow.sdk import CronTriggerTimetable


def daily(at: time | None) -> CronTriggerTimetable | None:
    """At this time of UTC, from the next day that has it on; None for never. As words of cron alone, Airflow could be
    set up to make good at once for the day before it heard of it."""
    return None if at is None else CronTriggerTimetable(f"{at.minute} {at.hour} * * *", timezone="UTC")
