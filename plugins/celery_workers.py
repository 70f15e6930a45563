"""Celery as Airflow sets it up, and every worker imports once what each of its tasks needs: they are forked from it.

Named by AIRFLOW__CELERY__CELERY_CONFIG_OPTIONS=plugins.celery_workers.CONFIG: Airflow reads it before it listens to the
same signal, and so the collector of garbage leaves alone what was imported here, too, and the forks share it.
"""

import sys

from airflow.providers.celery.executors.default_celery import DEFAULT_CELERY_CONFIG as CONFIG
from celery.signals import import_modules

__all__ = ["CONFIG", "warm_a_worker"]


@import_modules.connect
def warm_a_worker(**_: object) -> None:
    """The scheduler reads this file, too, and runs no task."""
    if "worker" in sys.argv:
        import plugins.warm  # noqa: F401
