"""Packages and config of two AMIs, from the manifests that were kept when they were built."""

from collections.abc import Iterator

from include.domain.changes.config import ConfigChanges, key_changes
from include.domain.changes.libraries import LibraryChange, library_changes
from include.domain.changes.text import one_line
from include.domain.manifest import CONFIG, PACKAGES, Manifest

MOST_OF_A_NAME = 200    # characters of a package's name or version


def libraries_of(old: Manifest, new: Manifest) -> tuple[LibraryChange, ...] | None:
    """None where the packages of one of them are not known."""
    if not (old.knows_packages and new.knows_packages):
        return None
    return library_changes(_packages(old), _packages(new))


def without_packages(old: Manifest, new: Manifest) -> list[str]:
    """The AMIs whose packages are not known; none where no packages are declared at all: then nobody misses them."""
    declared = any(source.what == PACKAGES for manifest in (old, new) for source in manifest.sources)
    return [manifest.ami for manifest in (old, new) if declared and not manifest.knows_packages]


def config_of(old: Manifest, new: Manifest, environment: str) -> tuple[ConfigChanges, ...] | None:
    """Of each environment and region, the push's own environment first; where nothing changed, nothing. None where no
    config is declared."""
    places = {(source.environment, source.region)
              for manifest in (old, new) for source in manifest.sources if source.what == CONFIG}
    if not places:
        return None
    told = (_place(old, new, *place) for place in sorted(places, key=lambda place: (place[0] != environment, place)))
    return tuple(one for one in told if one.keys or one.unknown)


def _place(old: Manifest, new: Manifest, environment: str, region: str) -> ConfigChanges:
    before, after = old.config_of(environment, region), new.config_of(environment, region)
    unknown = [manifest.ami for manifest, config in ((old, before), (new, after)) if config is None]
    if unknown:
        return ConfigChanges(environment, region, (), f"the config of {' and '.join(unknown)} is not known")
    return ConfigChanges(environment, region, key_changes(before, after))


def _packages(manifest: Manifest) -> Iterator[tuple[str, str, str]]:
    return ((*(one_line(text, MOST_OF_A_NAME) for text in (package.kind, package.name, package.version)),)
            for package in manifest.packages)
