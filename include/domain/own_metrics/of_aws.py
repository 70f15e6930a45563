"""How often AWS was asked, and how often it said no."""

from collections import Counter

from include.domain.aws_calls import Calls
from include.domain.own_metrics.metric import Measured
from include.domain.own_metrics.table import AWS_CALLS, AWS_RETRIES, AWS_THROTTLES

TROUBLE = {"retries": AWS_RETRIES, "throttles": AWS_THROTTLES}


def asked(service: str, environment: str, calls: Calls, trouble: Calls) -> list[Measured]:
    """`calls` by operation, as `domain/aws_calls.py` has them; `trouble` by kind and AWS service: `retries.s3`."""
    here, by_service = {"service": service, "environment": environment}, Counter()
    for operation, count in calls.items():
        by_service[operation.partition(".")[0]] += count
    asked = [AWS_CALLS.of(count, **here, aws=aws) for aws, count in by_service.items()]
    parts = [(*name.split(".", 1), count) for name, count in trouble.items() if count]
    return [*asked, *(TROUBLE[kind].of(count, **here, aws=aws) for kind, aws, count in parts)]
