"""What a person did by hand, as the archive keeps it for ever."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

PUSH, DEPLOY, MERGE = "push", "deploy", "merge"
GO, NO_GO = "say go", "say no"
ROLL_BACK, KEEP, REPAIR = "roll back", "keep", "repair"
HOLD, RESUME, LIFT_VETO = "hold", "resume", "lift a veto"
SQUEEZE, CALIBRATE, REPORT = "squeeze", "calibrate", "report now"

FREE = frozenset({REPORT})              # changes nothing, so nobody is asked why
NEVER_REFUSED = frozenset({ROLL_BACK})  # a bad AMI does not stay for want of a form, a setting or an archive


@dataclass(frozen=True)
class HumanAct:
    """`about` is what else the person filled in, `run` the address of the run's page ("" where Airflow's is not set).
    `by`, `reason` and `about` are untrusted text."""

    service: str
    environment: str
    act: str
    by: str
    at: datetime
    reason: str
    about: str = ""
    run: str = ""


def audit_key(act: HumanAct, of: str) -> str:
    """`of` names what was done it with, so that the same act has the same key whoever keeps it, and however often."""
    at = act.at.astimezone(UTC)
    number = hashlib.sha1(f"{act.environment} {act.act} {of}".encode()).hexdigest()[:10]
    return f"audit/{act.service}/{at:%Y/%m}/{at:%Y%m%dT%H%M%S}-{number}.json"


def written(act: HumanAct) -> bytes:
    return json.dumps(asdict(act) | {"at": act.at.astimezone(UTC).isoformat()}, ensure_ascii=False, indent=2).encode()


def read(body: bytes) -> HumanAct:
    """Keys that a later version added are passed over."""
    said = json.loads(body)
    known = {field.name: said[field.name] for field in fields(HumanAct) if field.name in said}
    return HumanAct(**known | {"at": datetime.fromisoformat(said["at"])})


def about(filled_in: Mapping[str, Any]) -> str:
    """The form, without the reason, on one line."""
    return ", ".join(f"{name}: {'+'.join(map(str, value)) if isinstance(value, list | tuple) else value}"
                     for name, value in filled_in.items() if name != "reason" and value not in ("", None, []))
