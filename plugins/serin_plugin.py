"""What Airflow must be told of at its start; everything else is imported as plugins.…"""

import sys

from airflow.plugins_manager import AirflowPlugin

from plugins.timetables.weekly_push import WeeklyPush

if "scheduler" in sys.argv:
    import plugins.warm  # noqa: F401


class SerinPlugin(AirflowPlugin):
    name = "serin"
    timetables = [WeeklyPush]
