"""npm's package-lock.json, of all three versions: what is installed without the packages of development."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from include.domain.manifest import Package
from include.domain.packages.listed import Listed, listed
from include.domain.packages.requirements import without_login

_IN = "node_modules/"


def read_package_lock(text: str) -> Listed:
    lock = json.loads(text)
    if "lockfileVersion" not in lock:
        return Listed((), "it has no lockfileVersion")
    if "packages" in lock:
        return listed(_package(said.get("name") or path.rpartition(_IN)[2], said)
                      for path, said in lock["packages"].items() if _IN in path and _installed(said))
    return listed(_nested(lock.get("dependencies", {})))


def _nested(dependencies: Mapping[str, Any]) -> Iterator[Package]:
    """Version 1 has the tree that is on the disk."""
    for name, said in dependencies.items():
        if _installed(said):
            yield _package(name, said)
            yield from _nested(said.get("dependencies", {}))


def _installed(said: Mapping[str, Any]) -> bool:
    return not said.get("dev") and not said.get("link")


def _package(name: str, said: Mapping[str, Any]) -> Package:
    from packageurl import PackageURL

    version = without_login(str(said.get("version") or said.get("resolved") or ""))
    scope, _, short = name.rpartition("/")
    return Package(name, version, "npm", PackageURL("npm", scope or None, short, version or None).to_string())
