"""Imports once, in the scheduler, what every task needs: the workers of the LocalExecutor are forked from it.

A task then spends its first second on its work. Nothing here may start a thread or open a connection: a fork would
inherit half of it. Imported by no DAG file.
"""

import airflow.providers.amazon.aws.hooks.base_aws
import airflow.providers.common.sql.hooks.sql
import airflow.providers.standard.triggers.temporal
import boto3
import scipy.stats

import include.adapters.archive.s3
import include.adapters.branches.git
import include.adapters.chat.log
import include.adapters.clusters.ec2_asg
import include.adapters.images.ec2
import include.adapters.leases.s3
import include.adapters.metrics.sql
import include.adapters.traffic.elbv2
import include.domain.scoring.judge
import include.steps.build
import include.steps.canary
import include.steps.peak_windows
import include.steps.push
import include.steps.red_black
import include.steps.roll_back
import include.steps.scoring  # noqa: F401
