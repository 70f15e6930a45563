"""How the instances of one version of the demo's service behave, as its commit's `behaviour.yaml` declares it.

The endpoints and the devices are those of the demo's service; a version may change what they do, not which they are.
"""

from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from include.domain.errors import BadInput

FILE = "behaviour.yaml"

ENDPOINTS = ("home", "search", "title", "play", "resume", "artwork", "subtitles", "trailer",
             "profile", "watchlist", "ratings", "history", "login", "devices", "billing", "events")
DEVICES = ("tv", "phone", "tablet", "browser", "console", "stick", "projector", "speaker")

Endpoint = Literal[ENDPOINTS]
Percent = Annotated[float, Field(ge=0, le=100)]


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Tail(Settings):
    """Some requests wait for something else: their answer takes `times` as long, without keeping a slot busy."""

    percent: Percent = 1
    times: Annotated[float, Field(ge=1, le=1000)] = 3


class Stall(Settings):
    """It stands still for so long, each time that it has served for so long since the last one; 0 is never."""

    every_seconds: Annotated[float, Field(ge=0, le=86_400)] = 0
    seconds: Annotated[float, Field(ge=0, le=60)] = 1


class Behaviour(Settings):
    """One version under load. One instance carries `slots` ÷ `service_ms` requests a millisecond, and no more. Service
    times are log-normal around their mean, by `spread`."""

    starts: bool = True
    start_seconds: Annotated[float, Field(ge=0, le=3600)] = 2
    slots: Annotated[int, Field(ge=1, le=10_000)] = 4
    service_ms: Annotated[float, Field(gt=0, le=60_000)] = 60
    spread: Annotated[float, Field(ge=0, le=2)] = 0.25
    tail: Tail = Tail()
    stall: Stall = Stall()
    errors: dict[Endpoint, Percent] = {}
    not_found_percent: Percent = 1
    idle_cpu_percent: Percent = 3
    memory_mb: Annotated[float, Field(gt=0)] = 900
    memory_limit_mb: Annotated[float, Field(gt=0)] = 2000
    leak_mb_per_minute: Annotated[float, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _fits(self) -> "Behaviour":
        if self.memory_mb >= self.memory_limit_mb:
            raise ValueError(f"memory_mb: {self.memory_mb:g} must be under memory_limit_mb, {self.memory_limit_mb:g}")
        return self


def read_behaviour(text: str, file: str = FILE) -> Behaviour:
    """The declared behaviour; BadInput names the file and the key."""
    try:
        declared = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadInput(f"{file}: not YAML: {error}") from error
    return checked(declared, file)


def checked(declared: Any, file: str = FILE) -> Behaviour:
    """The same from values that were read already."""
    if not isinstance(declared, dict):
        raise BadInput(f"{file}: keys and values are expected, not {type(declared).__name__}")
    try:
        return Behaviour.model_validate(declared)
    except ValidationError as error:
        raise BadInput("; ".join(_sentence(file, problem) for problem in error.errors())) from error


def _sentence(file: str, problem: dict) -> str:
    key = ".".join(str(part) for part in problem["loc"] if part != "[key]") or "(the whole)"
    if problem["type"] == "extra_forbidden":
        return f"{file}: {key}: no such key; there are {', '.join(Behaviour.model_fields)}"
    return f"{file}: {key}: {problem['msg']}"
