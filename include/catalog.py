"""The declared services and markets. A declared setting is used or refused: every error names file, key and value.

Read while Airflow parses DAG files, so it imports nothing slow, and a process reads a file again only once it changed.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from include.domain.asg_names import BASELINE, cluster_name
from include.domain.errors import BadInput
from include.domain.peak_windows import Market
from include.domain.service import Service
from include.strict_yaml import mapping, nearest, text_of, validated

HERE = Path(__file__).parent
TARGET_GROUP_NAME = 32
NAME = re.compile(r"^service: +([a-z][a-z0-9_]*) *(?:#.*)?$", re.MULTILINE)


@dataclass(frozen=True)
class ServiceFile:
    """One file of the folder: the service, or what is wrong with it."""

    path: Path
    service: Service | None
    error: BadInput | None


def load_services(folder: Path | str | None = None) -> dict[str, Service]:
    """All services of the folder, by name; BadInput says all that is wrong in any file.

    Where one bad file must not hide the others, read `service_files`.
    """
    files = list(service_files(folder))
    wrong = [str(file.error) for file in files if file.error]
    if wrong:
        raise BadInput("\n".join(wrong))
    return {file.service.service: file.service for file in files}


def service_files(folder: Path | str | None = None, wanted: Callable[[str], bool] = bool,
                  markets: Mapping[str, Market] | None = None) -> Iterator[ServiceFile]:
    """Each file of the folder (SERIN_SERVICES, or `include/services`) by itself, good or bad, sorted by its name.

    A file that surely declares a service whose name is not wanted is left out, unread."""
    declared: dict[str, Path] = {}
    for path in paths(folder):
        try:
            text = text_of(path)
            if not _may_declare(text, wanted):
                continue
            service = service_of(text, path, load_markets() if markets is None else markets)
            first = declared.setdefault(service.service, path)
            if first != path:
                raise BadInput(f"{path}: service: {service.service!r} is declared in {first.name} already")
            yield ServiceFile(path, service, None)
        except BadInput as error:
            yield ServiceFile(path, None, error)


def paths(folder: Path | str | None = None) -> list[Path]:
    """The files of the folder, sorted by their names."""
    folder = Path(folder or os.environ.get("SERIN_SERVICES") or HERE / "services")
    if not folder.is_dir():
        raise BadInput(f"{folder}: the folder of services is not there (SERIN_SERVICES names it)")
    found = sorted(path for path in folder.iterdir() if path.suffix in {".yaml", ".yml"})
    if not found:
        raise BadInput(f"{folder}: the folder of services is empty (SERIN_SERVICES names it)")
    return found


def load_service(path: Path | str, markets: Mapping[str, Market] | None = None) -> Service:
    """One service from one file, with its markets checked against `markets.yaml` (or those given)."""
    return service_of(text_of(Path(path)), Path(path), load_markets() if markets is None else markets)


def service_of(text: str, path: Path, markets: Mapping[str, Market]) -> Service:
    """The service that the text of this file declares."""
    service = _said(text, path)
    _check_markets(service, markets, path)
    return service


def service_named(name: str, folder: Path | str | None = None, markets: Mapping[str, Market] | None = None) -> Service:
    """The service with this name, whatever is wrong in other files."""
    for file in service_files(folder, lambda said: said == name, markets):
        if file.service and file.service.service == name:
            return file.service
    files = list(service_files(folder, markets=markets))
    known = [file.service.service for file in files if file.service]
    wrong = "".join(f"\n{file.error}" for file in files if file.error)
    raise BadInput(f"service {name!r} is not declared{nearest(name, known)}{wrong}")


def load_markets(path: Path | str | None = None) -> dict[str, Market]:
    """All markets by name (SERIN_MARKETS, or `include/markets.yaml`)."""
    path = markets_path() if path is None else Path(path)
    return markets_of(text_of(path), path)


def markets_path() -> Path:
    return Path(os.environ.get("SERIN_MARKETS") or HERE / "markets.yaml")


@lru_cache(maxsize=16)
def markets_of(text: str, path: Path) -> dict[str, Market]:
    """The markets that the text of this file declares."""
    named = {name: {"name": name, **value} if isinstance(value, dict) and "name" not in value else value
             for name, value in mapping(text, path).items()}
    return validated(dict[str, Market], named, path)


@lru_cache(maxsize=512)
def _said(text: str, path: Path) -> Service:
    service = validated(Service, mapping(text, path), path)
    _check_names(service, path)
    return service


def _may_declare(text: str, wanted: Callable[[str], bool]) -> bool:
    """False where a line of its own says another name; no YAML is read for it. Whoever writes it otherwise is read."""
    said = NAME.findall(text)
    return len(said) != 1 or wanted(said[0])


def _check_names(service: Service, path: Path) -> None:
    """A canary's baseline has a target group of its own: AWS allows 32 characters for its name, and no '_'."""
    name = f"{cluster_name(service.service, 'prod')}-{BASELINE}"
    if len(name) > TARGET_GROUP_NAME:
        raise BadInput(f"{path}: service: {service.service!r} is too long: the target group {name} "
                       f"would have {len(name)} characters, AWS allows {TARGET_GROUP_NAME}")
    if "_" in name:
        raise BadInput(f"{path}: service: {service.service!r} is refused: AWS allows no '_' in the name of its "
                       f"target group {name}")


def _check_markets(service: Service, markets: Mapping[str, Market], path: Path) -> None:
    """`markets.yaml` says which regions serve a market; a region may name only markets that it serves."""
    for name, environment in service.environments.items():
        for number, region in enumerate(environment.regions):
            key = f"environments.{name}.regions.{number}.markets"
            for market in region.markets:
                if market not in markets:
                    raise BadInput(f"{path}: {key}: {market!r} is no market of markets.yaml{nearest(market, markets)}")
                if region.region not in markets[market].regions:
                    serving = ", ".join(markets[market].regions) or "no region"
                    raise BadInput(f"{path}: {key}: {market!r} is not served from {region.region}: "
                                   f"markets.yaml says {serving}")
