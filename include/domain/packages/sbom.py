"""CycloneDX JSON: what tools like Syft, Trivy and cdxgen write of an image, and what is kept beside each manifest.

It is read leniently, as tools write it: an odd licence somewhere must not hide two thousand packages.
"""

import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from include.domain.manifest import Manifest, Package
from include.domain.packages.listed import Listed, listed, printable

READS = ("1.4", "1.5", "1.6", "1.7")
_NO_PACKAGES = {"file", "data", "cryptographic-asset", "device", "platform", "machine-learning-model"}


def read_sbom(text: str) -> Listed:
    said = json.loads(text)
    if said.get("bomFormat") != "CycloneDX":
        return Listed((), "it has no bomFormat CycloneDX")
    if said.get("specVersion") not in READS:
        return Listed((), f"it is CycloneDX {printable(str(said.get('specVersion')))}; known are {', '.join(READS)}")
    return listed(_packages(said.get("components") or ()))


def written_sbom(manifest: Manifest, service: str) -> bytes:
    """The manifest's packages as CycloneDX 1.6; of one manifest always the same bytes."""
    from cyclonedx.model.bom import Bom, BomMetaData
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.output.json import JsonV1Dot6

    bom = Bom(serial_number=uuid5(NAMESPACE_URL, f"{service}/{manifest.ami}/{manifest.commit}"), components=[
        Component(name=package.name, version=package.version or None, purl=_purl(package.purl), bom_ref=str(number))
        for number, package in enumerate(manifest.packages, 1)])
    bom.metadata = BomMetaData(component=Component(name=service, version=manifest.commit or None, bom_ref="service",
                                                   type=ComponentType.APPLICATION))
    bom.metadata.timestamp = manifest.built_at
    with warnings.catch_warnings(action="ignore"):  # of what a package needs another for, nothing is said here
        return JsonV1Dot6(bom).output_as_string().encode()


def _packages(components: Sequence[Mapping[str, Any]]) -> Iterator[Package]:
    for component in components:
        if component.get("type") not in _NO_PACKAGES:
            yield _package(component)
        yield from _packages(component.get("components") or ())


def _package(component: Mapping[str, Any]) -> Package:
    purl = _purl(str(component.get("purl") or ""))
    kind, group = purl.type if purl else "", component.get("group")
    name = f"{group}{':' if kind == 'maven' else '/'}{component['name']}" if group else component["name"]
    return Package(name, str(component.get("version") or ""), kind, purl.to_string() if purl else "")


def _purl(text: str) -> Any:
    """None for what is no purl."""
    from packageurl import PackageURL

    try:
        return PackageURL.from_string(text) if text else None
    except ValueError:
        return None
