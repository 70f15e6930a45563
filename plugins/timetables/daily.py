"""When something runs by itself each day."""

from datetime import time, timedelta

from airflow.sdk import CronTriggerTimetable

# Airflow takes its default, `False`, for "if a tenth of the time to the next has not passed": with none it means never.
NOT_AT_ONCE = timedelta()


def daily(at: time | None) -> CronTriggerTimetable | None:
    """At this time of UTC, from the next day that has it on; None for never. As words of cron alone, Airflow could be
    set up to make good at once for the day before it heard of it."""
    return None if at is None else CronTriggerTimetable(f"{at.minute} {at.hour} * * *", timezone="UTC",
                                                        run_immediately=NOT_AT_ONCE)
