"""What one instance was found to carry, as data: the sweet spot of an AMI beside that of the running one, and the curve
that it was found on. One body in the archive, written once."""

import json
from collections.abc import Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from datetime import datetime

CANARY, BASELINE = "canary", "baseline"     # the two sides that are squeezed, in this order


@dataclass(frozen=True)
class SweetSpot:
    """What one instance on an AMI carries, requests per second, and one on the running AMI at the same load.

    `rps` is the last rate that it carried inside its limits, `saturation_rps` the most that it carried at all; each
    with the interval that it lies in. None is "not found": `rps_high` None means that nothing it was given was too
    much, `saturation_*` None that it was never saturated, all None that the side was not squeezed. `reason` says why
    in a sentence. `kind` is `live` (prod traffic) or `generated`. `ami` is the AMI's name, the same in every region;
    `report` the page's address ("" if none).
    """

    push_id: str
    service: str
    environment: str
    region: str
    kind: str
    commit: str
    ami: str
    asg: str
    rps: float | None
    rps_low: float | None
    rps_high: float | None
    saturation_rps: float | None
    saturation_low: float | None
    saturation_high: float | None
    baseline_commit: str
    baseline_ami: str
    baseline_asg: str
    baseline_rps: float | None
    baseline_rps_low: float | None
    baseline_rps_high: float | None
    baseline_saturation_rps: float | None
    baseline_saturation_low: float | None
    baseline_saturation_high: float | None
    latency_limit_ms: float
    error_limit_percent: float
    measured_at: datetime
    reason: str
    report: str = ""


@dataclass(frozen=True)
class Tried:
    """One step of a squeeze: what one instance was offered and what it made of it. `side` is canary or baseline;
    rates are requests per second; None is "not measured". `why` says why the step did not pass ("" where it did)."""

    side: str
    offered_rps: float
    carried_rps: float
    p99_ms: float | None
    error_percent: float
    cpu_percent: float | None
    since: datetime
    until: datetime
    passed: bool
    why: str = ""


def folder(service: str, ami: str = "") -> str:
    """Where the squeezes of a service are kept, or those of one of its AMIs."""
    return f"squeezes/{service}/{ami}/" if ami else f"squeezes/{service}/"


def key(service: str, ami: str, push_id: str) -> str:
    """Where the squeeze of an AMI by one push is kept."""
    return f"{folder(service, ami)}{push_id}.json"


def packed(spot: SweetSpot, curve: Sequence[Tried]) -> bytes:
    """The same squeeze gives the same bytes."""
    kept = {"sweet_spot": asdict(spot), "curve": [asdict(tried) for tried in curve]}
    return json.dumps(kept, default=datetime.isoformat).encode()


def unpacked(body: bytes) -> tuple[SweetSpot, list[Tried]]:
    """What a later version added is passed over; ValueError where it is no squeeze."""
    try:
        kept = json.loads(body)
        return (_read(SweetSpot, kept["sweet_spot"], "measured_at"),
                [_read(Tried, tried, "since", "until") for tried in kept["curve"]])
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"no squeeze: {type(error).__name__}: {error}") from error


def _read(kind: type, said: dict, *times: str):
    known = {field.name: said.get(field.name) for field in fields(kind)
             if field.name in said or field.default is MISSING}
    return kind(**known | {name: datetime.fromisoformat(said[name]) for name in times})
