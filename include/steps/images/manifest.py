"""The manifest of an AMI in the archive: kept once, and never changed."""

from include.domain.errors import Refused
from include.domain.manifest import Manifest, manifest_key, read, written
from include.ports import Archive


def kept_manifest(service: str, ami: str, archive: Archive) -> Manifest | None:
    """What the archive knows of the AMI with this name; None where it was never kept."""
    body = archive.get(manifest_key(service, ami))
    return read(body) if body else None


def keep_manifest(manifest: Manifest, service: str, archive: Archive) -> Manifest:
    """The manifest as it is kept: the first one stays, whoever else had begun one."""
    key = manifest_key(service, manifest.ami)
    try:
        archive.put(key, written(manifest), "application/json")
    except Refused:
        return kept_manifest(service, manifest.ami, archive) or manifest
    return manifest
