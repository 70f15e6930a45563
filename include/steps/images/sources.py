"""What a commit says of its packages and of its configuration. Whatever cannot be read is said, and stops nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from include.domain.config.files import read_config
from include.domain.config.shown import shown
from include.domain.declared.manifest import ARCHIVE
from include.domain.errors import BadInput, Final
from include.domain.manifest import CONFIG, PACKAGES, Config, Package, Source
from include.domain.packages.listed import Listed, read_packages
from include.domain.service import Service
from include.ports import Archive, Branches

MOST_OF_PACKAGES, MOST_OF_CONFIG = 20_000_000, 1_000_000    # bytes of one file


@dataclass(frozen=True)
class Sources:
    """What is read of one commit. Retryable where the repository or the archive cannot be reached now."""

    commit: str
    service: Service
    branches: Branches
    archive: Archive
    _read: dict[str, bytes | None] = field(default_factory=dict)

    def packages(self) -> tuple[tuple[Package, ...], tuple[Source, ...]]:
        found: list[Package] = []
        sources = []
        for declared in self.service.manifest.packages:
            path, unread = declared.replace("{commit}", self.commit), ""
            try:
                listed = self._packages(path)
                found, unread = [*found, *listed.packages], listed.unread
            except Final as error:
                unread = str(error)
            sources.append(Source(PACKAGES, path, unread=unread))
        return tuple(dict.fromkeys(found)), tuple(sources)

    def config(self, hiding_key: str) -> tuple[Config, tuple[Source, ...]]:
        """By environment and region; what stands for a secret is signed with the key."""
        config: dict[str, dict[str, dict[str, str]]] = {}
        sources = []
        for pattern in self.service.manifest.config:
            for (environment, region), values in self._layers(pattern).items():
                path, unread = _at(pattern, environment, region), values if isinstance(values, str) else ""
                sources.append(Source(CONFIG, path, environment, region, unread))
                if values and not unread:
                    kept = shown(values, hiding_key, self.service.service, environment, region)
                    config.setdefault(environment, {}).setdefault(region, {}).update(kept)
        return config, tuple(sources)

    def _layers(self, pattern: str) -> dict[tuple[str, str], dict[str, str] | str]:
        """Environment and region to the values there, or to a sentence on why they cannot be read.

        Not every place has a file of its own; but a pattern that fits none is a wrong one.
        """
        places = list(self._places(pattern))
        try:
            bodies = {place: self._file(_at(pattern, *place)) for place in places}
            if all(body is None for body in bodies.values()):
                raise BadInput(f"commit {self.commit[:12]} has no such file")
        except Final as error:
            return dict.fromkeys(places, str(error))
        return {place: _values(_at(pattern, *place), body) for place, body in bodies.items()}

    def _places(self, pattern: str) -> Iterator[tuple[str, str]]:
        """Each environment, and each of its regions where the pattern tells them apart."""
        for name, environment in self.service.environments.items():
            regions = [here.region for here in environment.regions] if "{region}" in pattern else [""]
            yield from ((name, region) for region in regions)

    def _packages(self, path: str) -> Listed:
        body = self._file(path)
        if body is None:
            where = "the archive" if path.startswith(ARCHIVE) else f"commit {self.commit[:12]}"
            raise BadInput(f"{where} has no such file")
        return read_packages(path, _small(body, MOST_OF_PACKAGES))

    def _file(self, path: str) -> bytes | None:
        if not self.commit:
            raise BadInput("the AMI does not say which commit it is of")
        if path not in self._read:
            self._read[path] = (self.archive.get(path.removeprefix(ARCHIVE)) if path.startswith(ARCHIVE)
                                else self.branches.read(self.commit, path))
        return self._read[path]


def _values(path: str, body: bytes | None) -> dict[str, str] | str:
    try:
        return {} if body is None else read_config(path, _small(body, MOST_OF_CONFIG))
    except Final as error:
        return str(error)


def _small(body: bytes, most: int) -> bytes:
    if len(body) > most:
        raise BadInput(f"it has {len(body)} bytes; at most {most} are read")
    return body


def _at(pattern: str, environment: str, region: str) -> str:
    return pattern.replace("{environment}", environment).replace("{region}", region)
