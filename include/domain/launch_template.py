"""What an ASG launches its instances from, and what else its launch template has become meanwhile."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

_MADE_FOR = re.compile(r"(\S+): ami-\S+ on version \d+")


def described(asg: str, ami: str, source: str) -> str:
    """How a version that is made for an ASG is described: by this it is found again."""
    return f"{asg}: {ami} on version {source}"


@dataclass(frozen=True)
class TemplateVersion:
    """One version. `data` is AWS's own, without the user data, which is here as it is on the instance."""

    number: str
    description: str
    made_at: datetime
    made_by: str
    data: Mapping[str, Any] = field(default_factory=dict)
    user_data: bytes = b""

    @property
    def made_for(self) -> str:
        """The ASG that a push made this version for; "" where a person or a tool of theirs made it."""
        match = _MADE_FOR.fullmatch(self.description)
        return match[1] if match else ""


@dataclass(frozen=True)
class Launches:
    """An ASG's launch template: the version that `runs`, the one that its push `made` for it, and the `newest` that
    nobody pushed, if that is newer than the one that runs."""

    asg: str
    template: str
    runs: TemplateVersion
    made: TemplateVersion | None = None
    newest: TemplateVersion | None = None


def launches_of(asg: str, template: str, runs: str, versions: Iterable[TemplateVersion]) -> Launches | None:
    """From the template's versions, in any order; None where the one that runs (by its number) is not among them."""
    by_age = sorted(versions, key=lambda version: int(version.number))
    running = next((version for version in by_age if version.number == runs), None)
    if running is None:
        return None
    older = [version for version in by_age if int(version.number) <= int(runs)]
    made = next((version for version in reversed(older) if version.made_for == asg), None)
    newer = [version for version in by_age if int(version.number) > int(runs) and not version.made_for]
    return Launches(asg, template, running, made, newer[-1] if newer else None)
