"""What Airflow must be told of at its start; everything else is imported as plugins.…"""

import sys

from airflow.plugins_manager import AirflowPlugin

if "scheduler" in sys.argv:
    import plugins.warm  # noqa: F401


import os,time; open("/tmp/plug.log","a").write(f"{time.time()} {os.getpid()} {sys.argv} {sorted(m for m in sys.modules if m.startswith(("scipy.stats.mor","include.steps")))[:3]}\n")
class SerinPlugin(AirflowPlugin):
    name = "serin"
