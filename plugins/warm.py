"""Imports once what every task needs, in the process that those which run them are forked from: the scheduler with the
LocalExecutor, a worker with Celery (`plugins/celery_workers.py`).

A task then spends its first second on its work. Nothing here may start a thread or open a connection: a fork would
inherit half of it. Imported by no DAG file.
"""
# ruff: noqa: F401

from functools import lru_cache

import airflow.dag_processing.dagbag
import airflow.providers.amazon.aws.hooks.base_aws
import airflow.providers.common.sql.hooks.sql
import airflow.providers.standard.triggers.temporal
import airflow.sdk.execution_time.supervisor
import airflow.sdk.execution_time.task_runner
import boto3
import botocore.session
import httpx
import pygit2
import scipy.stats

import include.domain.scoring.early
import include.domain.scoring.history
import include.domain.scoring.judge
import include.steps.canary.calibrate
import include.steps.canary.life
import include.steps.canary.scoring
import include.steps.changes.tell
import include.steps.images.build
import include.steps.images.veto
import include.steps.push.approval
import include.steps.push.ends
import include.steps.push.policy
import include.steps.push.pre_flight
import include.steps.push.weekly
import include.steps.red_black.peak_windows
import include.steps.red_black.region
import include.steps.undoing.repair
import include.steps.undoing.roll_back
import plugins.task_groups.canary
import plugins.task_groups.deploy
import plugins.task_groups.gates
import plugins.task_groups.region
import plugins.task_groups.repair
import plugins.task_groups.undo_all

CLIENTS = ("autoscaling", "ec2", "elbv2", "s3")


def _share_the_models_of_aws() -> None:
    """botocore reads the model of an AWS service anew for each session (EC2's takes 0.3 s); all may share one reader,
    which is handed to the forks full. `create_loader` gives the same one to whoever asks for the same path."""
    botocore.session.create_loader = lru_cache(botocore.session.create_loader)
    for service in CLIENTS:
        boto3.session.Session("none", "none", region_name="us-east-1").client(service)


_share_the_models_of_aws()
