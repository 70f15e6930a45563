"""The AWS calls that this process made, by service and operation. Each request that was sent counts, so retries and
pages do too; counted where botocore sends, so that no adapter can forget it."""

from collections import Counter
from functools import partial
from threading import Lock
from typing import Any

_made: Counter[str] = Counter()
_lock = Lock()


def count(client: Any) -> None:
    """Count what this client sends from now on; saying it again changes nothing."""
    service = client.meta.service_model.service_name
    client.meta.events.register("before-send", partial(_sent, service), unique_id="serin-aws-calls")


def made() -> Counter[str]:
    """So far, as `autoscaling.DescribeAutoScalingGroups`."""
    with _lock:
        return Counter(_made)


def _sent(service: str, event_name: str, **_: Any) -> None:
    with _lock:
        _made[f"{service}.{event_name.rsplit('.', 1)[-1]}"] += 1
