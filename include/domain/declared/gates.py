"""What a commit must pass before its AMI goes anywhere, as a service declares it: one class for each kind of gate."""

import hashlib
import json
import re
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from include.domain.settings import Name, Settings, Some

# The service file is read by everybody, and a gate's environment by whatever the commit runs.
SECRET = re.compile(r"(^|_)(SECRETS?|TOKENS?|PASSWORDS?|PASSWD|CREDENTIALS?|PRIVATE_KEY|API_KEY|ACCESS_KEY(_ID)?)(_|$)")


def _inside(path: str) -> str:
    if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or "\0" in path:
        raise ValueError("a path inside the checkout is needed")
    return path


def _no_secret(name: str) -> str:
    if SECRET.search(name.upper()):
        raise ValueError("it looks like a secret, and the service file is no place for one")
    return name


Inside = Annotated[str, Field(min_length=1), AfterValidator(_inside)]
Argument = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Command = Annotated[tuple[Argument, ...], Some]
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$"), AfterValidator(_no_secret)]


class CommandGate(Settings):
    """Commands that are run in the commit's checkout on a worker, one after the other; the first that fails ends it.
    They run as the worker's user, without its environment and without a shell."""

    name: Name
    kind: Literal["command"]
    commands: Annotated[tuple[Command, ...], Some]
    folder: Inside = "."
    environment: dict[Variable, Argument] = {}
    report: tuple[Inside, ...] = ()
    limit_minutes: Annotated[float, Field(gt=0, le=24 * 60)] = 30
    disk_mb: Annotated[int, Field(ge=1)] = 10_000


class StatusGate(Settings):
    """What the team's own CI says of the commit to the forge: a commit status or a check of this name."""

    name: Name
    kind: Literal["commit_status"]
    forge: Literal["github", "gitlab"] = "github"
    connection: str
    repository: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+$")]
    check: Annotated[str, Field(min_length=1)]
    limit_minutes: Annotated[float, Field(gt=0, le=24 * 60)] = 60


def _named_once(gates: tuple["AnyGate", ...]) -> tuple["AnyGate", ...]:
    names = [gate.name for gate in gates]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"each gate needs a name of its own: {', '.join(twice)} is given twice")
    return gates


AnyGate = Annotated[CommandGate | StatusGate, Field(discriminator="kind")]
Gates = Annotated[tuple[AnyGate, ...], AfterValidator(_named_once)]
HOW_LONG_AND_HOW_MUCH = {"limit_minutes", "disk_mb", "report"}


def declaration(gate: AnyGate) -> str:
    """Tells what is asked of a commit from everything else that may be: a gate that asks for something new is tried
    anew, also on a commit that passed before."""
    asked = gate.model_dump(mode="json", exclude=HOW_LONG_AND_HOW_MUCH)
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]
