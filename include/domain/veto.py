"""The veto on an AMI that did harm: who says so, when and why, until a person lifts it."""

from datetime import UTC, datetime

from include.domain.errors import Refused

WATCH = "Serin"     # who vetoes what a canary or prod traffic proved


def spoken(reason: str, by: str, at: datetime) -> str:
    """`viewers complain (who said so, 2026-11-03 10:02 UTC)`."""
    return f"{reason} ({by}, {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC)"


def must_not_be_vetoed(ami: str, veto: str, service: str) -> None:
    """Refused says why, by whom, and how it is lifted."""
    if veto:
        raise Refused(f"AMI {ami} is vetoed: {veto}; {service}_lift_veto lifts it")
