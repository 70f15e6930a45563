"""What Airflow must be told of at its start; everything else is imported as plugins.…"""

import sys
from typing import Any

from airflow.plugins_manager import AirflowPlugin
from airflow.sdk.configuration import conf

from plugins.timetables.weekly_push import WeeklyPush
from plugins.wiring import DASHBOARD

if "scheduler" in sys.argv and "LocalExecutor" in conf.get("core", "executor"):
    import plugins.warm  # noqa: F401


def _dashboard() -> list[dict[str, Any]]:
    """In the API server only: no other process has use for it, and it brings what AWS is asked with."""
    if not {"api-server", "api_server"} & set(sys.argv):
        return []
    from plugins.dashboard.app import make_app

    return [{"app": make_app(), "url_prefix": DASHBOARD, "name": "Serin"}]


class SerinPlugin(AirflowPlugin):
    name = "serin"
    timetables = [WeeklyPush]
    fastapi_apps = _dashboard()
    external_views = [{"name": "Serin", "href": f"{DASHBOARD}/", "destination": "nav", "url_route": "serin",
                       "nav_top_level": True}]
