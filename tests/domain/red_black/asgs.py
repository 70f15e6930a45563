"""ASGs as the tests of red/black need them."""

from datetime import UTC, datetime

from include.domain.cluster import Asg, Instance

PROD = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/api-prod/0123456789abcdef"
OTHER = PROD.replace("api-prod", "api-internal")


def instance(number: int, state: str = "InService", *, healthy: bool = True) -> Instance:
    return Instance(f"i-{number}", state, healthy, "us-east-1a")


def asg(*instances: Instance, suspended: frozenset[str] = frozenset(), tags: dict[str, str] | None = None,
        deleting: bool = False) -> Asg:
    return Asg("api-prod-v042", datetime(2026, 1, 1, tzinfo=UTC), 2, 8, 4, instances, (PROD,), "ami-1", "lt-1", "3",
               suspended, tags or {}, deleting)
