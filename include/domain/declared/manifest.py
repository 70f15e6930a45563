"""Where a service's manifest comes from, as it declares it."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from include.domain.settings import Settings

ARCHIVE = "archive:"    # before the key of an object that the team's CI puts into the archive
_PLACE = re.compile(r"\{[^}]*\}")


def _refuse_path(path: str, places: tuple[str, ...]) -> None:
    if unknown := [place for place in _PLACE.findall(path) if place not in places]:
        raise ValueError(f"{unknown[0]} is not known here; there are {', '.join(places)}")
    if not path or path.startswith("/") or ".." in path.split("/"):
        raise ValueError("a path from the root of the repository is needed, without ..")


def _of_packages(declared: str) -> str:
    from include.domain.packages.listed import reader_of

    path = declared.removeprefix(ARCHIVE)
    _refuse_path(path, ("{commit}",))
    try:
        reader_of(path)
    except KeyError:
        raise ValueError("packages are read of CycloneDX (.json), package-lock.json and requirements (.txt)") from None
    return declared


def _of_config(path: str) -> str:
    from include.domain.config.files import reader_of

    _refuse_path(path, ("{environment}", "{region}"))
    try:
        reader_of(path)
    except KeyError:
        raise ValueError("config is read from .yaml, .yml, .json, .toml, .properties and .env") from None
    return path


class ManifestSettings(Settings):
    """Files that say what is in an AMI: paths in the repository, at the commit. A later file of config wins over an
    earlier one. `hiding_connection` has the key that signs the markers of secrets; "": a marker tells nothing."""

    packages: tuple[Annotated[str, AfterValidator(_of_packages)], ...] = ()
    config: tuple[Annotated[str, AfterValidator(_of_config)], ...] = ()
    hiding_connection: Annotated[str, Field(max_length=250)] = ""
