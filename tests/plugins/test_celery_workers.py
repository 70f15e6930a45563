"""Celery as Serin has Airflow set it up: it can be loaded, and a worker, but no scheduler, is warm before it forks."""

import os
import subprocess
import sys

import pytest

from include.demo.airflow_settings import ROOT, clean_environment

# What Airflow and Celery do before a worker forks, up to there.
START = """
import sys
sys.argv = {argv}
from airflow.providers.celery.executors.celery_executor import app
app.loader.import_default_modules()
print(app.conf.task_acks_late, "plugins.warm" in sys.modules, "scipy.stats" in sys.modules)
"""


@pytest.mark.parametrize(("argv", "warm"), [(["airflow", "celery", "worker"], True),
                                             (["airflow", "scheduler"], False)])
def test_the_process_that_tasks_are_forked_from_is_warm(tmp_path, argv, warm):
    environment = clean_environment(os.environ) | {
        "AIRFLOW_HOME": str(tmp_path), "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW__CELERY__BROKER_URL": "redis://127.0.0.1:1/0",
        "AIRFLOW__CELERY__CELERY_CONFIG_OPTIONS": "plugins.celery_workers.CONFIG"}
    done = subprocess.run([sys.executable, "-c", START.format(argv=argv)], env=environment, cwd=ROOT,
                          capture_output=True, text=True, timeout=100, check=False)

    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.splitlines()[-1] == f"True {warm} {warm}"
