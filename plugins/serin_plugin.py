"""What Airflow must be told of at its start; everything else is imported as plugins.…"""

from airflow.plugins_manager import AirflowPlugin


class SerinPlugin(AirflowPlugin):
    name = "serin"
