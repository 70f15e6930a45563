"""How often AWS was called, by service and operation: added up, and as one line of text, which a record can hold."""

from collections import Counter
from collections.abc import Iterable, Mapping

Calls = Mapping[str, int]    # `autoscaling.DescribeAutoScalingGroups` to a count


def added(many: Iterable[Calls]) -> Counter[str]:
    total: Counter[str] = Counter()
    for calls in many:
        total.update(calls)
    return total


def as_line(calls: Calls) -> str:
    """The most called first: `elbv2.DescribeTargetHealth 12, s3.PutObject 3`."""
    ordered = sorted(calls.items(), key=lambda call: (-call[1], call[0]))
    return ", ".join(f"{name} {count}" for name, count in ordered if count)


def from_line(line: str) -> dict[str, int]:
    parts = (part.rsplit(" ", 1) for part in line.split(", ") if part)
    return {name: int(count) for name, count in parts}
