"""Names of ASGs, in Frigga's grammar: `service-environment[-detail]-v042`.

The version is read from the right end only, so a service called `video` or a detail called `v2x` is no version.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from include.domain.cluster import Asg
from include.domain.errors import BadInput, Refused

VERSIONS = 1000
CANARY = "canary"
BASELINE = "baseline"

_VERSION = re.compile(r"(?P<rest>.+)-v(?P<version>[0-9]{1,6})", re.ASCII)
_PART = re.compile(r"[A-Za-z0-9._]+", re.ASCII)
_DETAIL = re.compile(r"[A-Za-z0-9._~^-]*", re.ASCII)


@dataclass(frozen=True)
class AsgName:
    """The parts of a name. `version` is None where the name ends without one."""

    service: str
    environment: str = ""
    detail: str = ""
    version: int | None = None

    @property
    def cluster(self) -> str:
        """All ASGs of the service in the environment share it: `api-prod`."""
        return "-".join(part for part in (self.service, self.environment) if part)

    def __str__(self) -> str:
        parts = [self.service]
        if self.environment or self.detail:
            parts.append(self.environment)
        if self.detail:
            parts.append(self.detail)
        if self.version is not None:
            parts.append(f"v{self.version:03d}")
        return "-".join(parts)


def cluster_name(service: str, environment: str) -> str:
    """The cluster of a service in an environment: `api-prod`."""
    return build(service, environment).cluster


def parse(name: str) -> AsgName:
    """The parts of any ASG name; BadInput where it has no service in front."""
    versioned = _VERSION.fullmatch(name)
    rest = versioned["rest"] if versioned else name
    service, _, tail = rest.partition("-")
    environment, _, detail = tail.partition("-")
    if not _PART.fullmatch(service):
        raise BadInput(f"ASG name {name!r}: it must begin with a service, as in api-prod-v042")
    return AsgName(service, environment, detail, int(versioned["version"]) if versioned else None)


def build(service: str, environment: str, detail: str = "", version: int | None = None) -> AsgName:
    """A name that parses back into the same parts; BadInput names the part that would not."""
    for what, part in (("service", service), ("environment", environment)):
        if not _PART.fullmatch(part):
            raise BadInput(f"{what} {part!r} cannot be part of an ASG name: letters, digits, '.' and '_' only")
    if not _DETAIL.fullmatch(detail) or detail.startswith("-") or detail.endswith("-"):
        raise BadInput(f"detail {detail!r} cannot be part of an ASG name")
    if version is not None and not 0 <= version < VERSIONS:
        raise BadInput(f"version {version} is not from 0 to {VERSIONS - 1}")
    name = AsgName(service, environment, detail, version)
    if parse(str(name)) != name:
        raise BadInput(f"ASG name {name}: its end would be read as a version")
    return name


def members(asgs: Iterable[Asg], cluster: str, detail: str = "") -> list[Asg]:
    """The versioned ASGs of the cluster with exactly this detail, the oldest first. Others' names are passed over."""
    def belongs(asg: Asg) -> bool:
        try:
            name = parse(asg.name)
        except BadInput:
            return False
        return name.version is not None and name.cluster == cluster and name.detail == detail

    return sorted((asg for asg in asgs if belongs(asg)), key=lambda asg: asg.created_at)


def next_name(cluster: str, asgs: Iterable[Asg], detail: str = "") -> str:
    """The newest by creation time, plus one, modulo 1000; names that exist or are being deleted are skipped."""
    return _free(cluster, list(asgs), (detail,))[0]


def canary_names(cluster: str, asgs: Iterable[Asg]) -> tuple[str, str]:
    """Canary and baseline, both with the version that the cluster's next ASG will have, or the next free one."""
    canary, baseline = _free(cluster, list(asgs), (CANARY, BASELINE))
    return canary, baseline


def _free(cluster: str, asgs: list[Asg], details: tuple[str, ...]) -> list[str]:
    name = parse(cluster)
    numbered = members(asgs, cluster, "" if len(details) > 1 else details[0])
    first = parse(numbered[-1].name).version + 1 if numbered else 0
    taken = {asg.name for asg in asgs}
    for step in range(VERSIONS):
        version = (first + step) % VERSIONS
        names = [str(build(name.service, name.environment, detail, version)) for detail in details]
        if not taken.intersection(names):
            return names
    raise Refused(f"all {VERSIONS} names of {cluster} are in use: delete the ASGs that nobody needs")
