"""What an ASG's size follows: its scaling policies as values, the same from AWS and from the in-memory world."""

from collections.abc import Sequence
from dataclasses import dataclass

REQUESTS = "ALBRequestCountPerTarget"       # AWS's name: requests a minute for each target
TRACKING = "TargetTrackingScaling"


@dataclass(frozen=True)
class Policy:
    """One scaling policy as it stands. `kind` is AWS's policy type, `metric` its predefined metric ("" where it has
    none), `target` the value that is tracked; `warm_up_seconds` None: as the ASG declares it for all its policies."""

    name: str
    kind: str
    metric: str = ""
    target: float = 0.0
    warm_up_seconds: int | None = None

    @property
    def tracks_requests(self) -> bool:
        return self.kind == TRACKING and self.metric == REQUESTS


@dataclass(frozen=True)
class Tracking:
    """Target tracking on requests a minute for each target. `warm_up_seconds` None leaves that to the ASG."""

    name: str
    per_minute: float
    warm_up_seconds: int | None = None


def conflict(policies: Sequence[Policy], ours: str, asg: str) -> str | None:
    """Why a policy of the name `ours` must not be put beside these, or None. A team's own is never changed."""
    named = next((policy for policy in policies if policy.name == ours), None)
    if named and not named.tracks_requests:
        what = f"tracks {named.metric or 'a metric of its own'}" if named.kind == TRACKING else f"is {named.kind}"
        return f"policy {ours} of {asg} {what}, and not {REQUESTS}: give scaling.policy another name"
    others = [policy.name for policy in policies if policy.tracks_requests and policy.name != ours]
    if others:
        return (f"{', '.join(others)} of {asg} tracks {REQUESTS}, too, and two targets of one metric fight: delete it, "
                "or name it in scaling.policy")
    return None
