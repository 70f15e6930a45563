"""The environment in which the demo's Airflow runs: SQLite, LocalExecutor, everybody on this machine an admin."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Nothing of the person's own set-up may reach the demo: no AWS account, no proxy in front of 127.0.0.1, no Airflow.
_FOREIGN = ("AIRFLOW", "AWS_", "SERIN_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "PYTHONDONTWRITEBYTECODE",
            "PYTHONPATH", "PYTHONHOME", "PYTHONOPTIMIZE", "PYTHONWARNINGS")


def clean_environment(of: Mapping[str, str]) -> dict[str, str]:
    """`of` without what would lead the demo out of its own world, and with an AWS that knows no account."""
    kept = {name: value for name, value in of.items() if not name.upper().startswith(_FOREIGN)}
    return kept | {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
                   "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "*", "no_proxy": "*",
                   "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)}


def airflow_environment(home: Path, port: int, more: Mapping[str, str]) -> dict[str, str]:
    """All settings of the four components, for one AIRFLOW_HOME; `more` is put on top."""
    address = f"http://127.0.0.1:{port}"
    settings = {
        "AIRFLOW_HOME": home,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__CORE__DAGS_FOLDER": ROOT / "dags",
        "AIRFLOW__CORE__PLUGINS_FOLDER": ROOT / "plugins",
        "AIRFLOW__CORE__ALLOWED_DESERIALIZATION_CLASSES": "include.domain.*",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": 8,
        "AIRFLOW__CORE__LOAD_EXAMPLES": False,
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": False,
        "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": 120,
        "AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": 240,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__CORE__HOSTNAME_CALLABLE": "platform.node",  # the default asks a name server, and may wait for it
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": True,
        "AIRFLOW__CORE__FERNET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": port,
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__API__WORKERS": 1,
        "AIRFLOW__API__SECRET_KEY": secrets.token_hex(32),
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(64),
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": 0.2,
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": 60,
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": 3,
        "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": 30,
        "AIRFLOW__SCHEDULER__TRIGGER_TIMEOUT_CHECK_INTERVAL": 5,
        "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": False,
        "AIRFLOW__TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": 30,
        "AIRFLOW__WORKERS__EXECUTION_API_RETRIES": 60,
        "AIRFLOW__WORKERS__EXECUTION_API_RETRY_WAIT_MAX": 5,
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": 30,
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": 60,
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": 60,  # the demo's DAG files do not change
        "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": False,
        "SPT_NOENV": 1,  # process titles must not be written over the mark in the environment
    }
    return clean_environment(os.environ) | {name: str(value) for name, value in settings.items()} | dict(more)


def connection(kind: str, **parts) -> str:
    """An Airflow connection for an AIRFLOW_CONN_… variable; `extra` is given as a dict."""
    return json.dumps({"conn_type": kind, **parts})
