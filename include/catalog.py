"""The declared services and markets. A declared setting is used or refused: every error names file, key and value.

Read while Airflow parses DAG files, so it imports nothing slow.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from include.domain.asg_names import BASELINE, cluster_name
from include.domain.errors import BadInput
from include.domain.peak_windows import Market
from include.domain.service import Service
from include.strict_yaml import nearest, read, validated

HERE = Path(__file__).parent
TARGET_GROUP_NAME = 32


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


def service_files(folder: Path | str | None = None) -> Iterator[ServiceFile]:
    """Each file of the folder (SERIN_SERVICES, or `include/services`) by itself, good or bad, sorted by its name."""
    folder = Path(folder or os.environ.get("SERIN_SERVICES") or HERE / "services")
    if not folder.is_dir():
        raise BadInput(f"{folder}: the folder of services is not there (SERIN_SERVICES names it)")
    declared: dict[str, Path] = {}
    for path in sorted(p for p in folder.iterdir() if p.suffix in {".yaml", ".yml"}):
        try:
            service = load_service(path)
            first = declared.setdefault(service.service, path)
            if first != path:
                raise BadInput(f"{path}: service: {service.service!r} is declared in {first.name} already")
            yield ServiceFile(path, service, None)
        except BadInput as error:
            yield ServiceFile(path, None, error)


def load_service(path: Path | str, markets: Mapping[str, Market] | None = None) -> Service:
    """One service from one file, with its markets checked against `markets.yaml` (or those given)."""
    service = validated(Service, read(Path(path)), Path(path))
    _check_names(service, Path(path))
    _check_markets(service, load_markets() if markets is None else markets, Path(path))
    return service


def service_named(name: str, folder: Path | str | None = None) -> Service:
    """The service with this name, whatever is wrong in other files."""
    files = list(service_files(folder))
    known = {file.service.service: file.service for file in files if file.service}
    if name in known:
        return known[name]
    wrong = "".join(f"\n{file.error}" for file in files if file.error)
    raise BadInput(f"service {name!r} is not declared{nearest(name, known)}{wrong}")


def load_markets(path: Path | str | None = None) -> dict[str, Market]:
    """All markets by name (SERIN_MARKETS, or `include/markets.yaml`)."""
    path = Path(path or os.environ.get("SERIN_MARKETS") or HERE / "markets.yaml")
    declared = read(path)
    named = {name: {"name": name, **value} if isinstance(value, dict) and "name" not in value else value
             for name, value in declared.items()}
    return validated(dict[str, Market], named, path)


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
