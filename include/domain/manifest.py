"""What is in an AMI: its packages, and the configuration that it meets in each environment. Kept once, beside its name.

What could not be read is not the same as what is empty: who compares two manifests asks `knows_packages` and
`config_of`. A value that may be secret is never in here; `hidden.py` says what stands in its place.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any
from urllib.parse import quote

PACKAGES, CONFIG = "packages", "config"
Config = Mapping[str, Mapping[str, Mapping[str, str]]]


@dataclass(frozen=True)
class Package:
    """`kind` is the type of its purl: pypi, npm, deb, maven …; both are empty where the source does not say."""

    name: str
    version: str
    kind: str = ""
    purl: str = ""


@dataclass(frozen=True)
class Source:
    """Where one part of a manifest comes from. `what` is packages or config; config is that of an environment and a
    region ("": all of them). `unread` says why it could not be read; empty where it was."""

    what: str
    path: str
    environment: str = ""
    region: str = ""
    unread: str = ""


@dataclass(frozen=True)
class Manifest:
    """One AMI. `config`: environment → region ("": what holds for all) → dotted key → value, or a `hidden.py` marker.

    `build_url` is the page that shows how it was built, and empty where nobody knows; `built_at` is the image's own.
    """

    ami: str
    commit: str
    branch: str
    build_url: str
    built_at: datetime | None
    packages: tuple[Package, ...]
    config: Config
    sources: tuple[Source, ...]

    @property
    def knows_packages(self) -> bool:
        """Whether `packages` is all of them: something is declared, and all of it could be read."""
        told = [source for source in self.sources if source.what == PACKAGES]
        return bool(told) and not any(source.unread for source in told)

    def config_of(self, environment: str, region: str) -> Mapping[str, str] | None:
        """What is said for the region itself, or for all with ""; None where that is not known."""
        told = [source for source in self.sources if source.what == CONFIG
                and (source.environment, source.region) == (environment, region)]
        if not told or any(source.unread for source in told):
            return None
        return self.config.get(environment, {}).get(region, {})

    @property
    def unread(self) -> list[str]:
        """What is declared and could not be read, each in a sentence."""
        return list(dict.fromkeys(f"{source.what} of {source.path}: {source.unread}"
                                  for source in self.sources if source.unread))


def manifest_key(service: str, ami: str) -> str:
    """Where the archive keeps it. The team's CI names AMIs as AWS allows, with slashes and spaces, too."""
    return f"manifests/{service}/{quote(ami, safe='@')}.json"


def sbom_key(service: str, ami: str) -> str:
    return manifest_key(service, ami).removesuffix(".json") + ".cdx.json"


def written(manifest: Manifest) -> bytes:
    return json.dumps(asdict(manifest), default=datetime.isoformat).encode()


def read(body: bytes) -> Manifest:
    """What a later version added is passed over."""
    said = json.loads(body)
    at = said["built_at"]
    return Manifest(**_known(Manifest, said) | {
        "built_at": datetime.fromisoformat(at) if at else None,
        "packages": tuple(Package(**_known(Package, package)) for package in said["packages"]),
        "sources": tuple(Source(**_known(Source, source)) for source in said["sources"])})


def _known(kind: type, said: Mapping[str, Any]) -> dict[str, Any]:
    return {field.name: said[field.name] for field in fields(kind) if field.name in said}
