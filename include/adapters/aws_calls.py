"""The AWS calls that this process made, by service and operation. Each request that was sent counts, so retries and
pages do too; counted where botocore sends, so that no adapter can forget it."""

from collections import Counter
from functools import partial
from threading import Lock
from typing import Any

# What AWS's services answer who calls too often, as botocore knows them (botocore/retries/standard.py).
TOO_MANY = frozenset({"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
                      "TooManyRequestsException", "ProvisionedThroughputExceededException", "SlowDown",
                      "TransactionInProgressException", "RequestLimitExceeded", "BandwidthLimitExceeded",
                      "LimitExceededException", "RequestThrottled", "PriorRequestNotComplete", "EC2ThrottledException"})
_made: Counter[str] = Counter()
_trouble: Counter[str] = Counter()
_lock = Lock()


def count(client: Any) -> None:
    """Count what this client sends from now on; saying it again changes nothing."""
    service = client.meta.service_model.service_name
    client.meta.events.register("before-send", partial(_sent, service), unique_id="serin-aws-calls")
    client.meta.events.register("needs-retry", partial(_answered, service), unique_id="serin-aws-answers")


def made() -> Counter[str]:
    """So far, as `autoscaling.DescribeAutoScalingGroups`."""
    with _lock:
        return Counter(_made)


def trouble() -> Counter[str]:
    """So far, by service: `retries.elbv2` were sent again, `throttles.elbv2` were answered with too many."""
    with _lock:
        return Counter(_trouble)


def _answered(service: str, attempts: int = 1, response: Any = None, **_: Any) -> None:
    """Asked after each attempt, whether it is to be tried again; says nothing of that itself."""
    code = response[1].get("Error", {}).get("Code") if response else None
    with _lock:
        _trouble[f"retries.{service}"] += attempts > 1
        _trouble[f"throttles.{service}"] += code in TOO_MANY


def _sent(service: str, event_name: str, **_: Any) -> None:
    with _lock:
        _made[f"{service}.{event_name.rsplit('.', 1)[-1]}"] += 1
