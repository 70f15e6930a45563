"""All that a company gives AWS and Airflow, as files: name to what is in it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from include.domain.errors import BadInput
from include.iam.roles import COMPONENTS, arn_of, becoming, connection, policies, trust
from include.iam.statement import Document
from include.iam.uses import Use


def wanted(uses: Sequence[Use], roles: Sequence[str], principal: str = "", external_id: str = "") -> dict[str, Any]:
    """The policies; with the principal that Airflow's processes are, also who may take on which role, and how."""
    found: dict[str, Any] = {f"{name}.json": document for use in uses for role in roles
                             for name, document in policies(role, use).items()}
    if not found:
        raise BadInput(f"no connection of these services is used by {', '.join(roles)}")
    if principal:
        found |= _cross_account(uses, roles, principal, external_id)
    return found


def write(folder: Path, documents: Mapping[str, Any]) -> Iterator[Path]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, document in documents.items():
            (folder / name).write_text(_text(document), "utf-8")
            yield folder / name
    except OSError as error:
        raise BadInput(f"{folder}: cannot be written: {error.strerror or error}") from error


def differences(folder: Path, documents: Mapping[str, Any]) -> list[str]:
    """In sentences, what of the folder is not what is needed; BadInput where there is no such folder."""
    if not folder.is_dir():
        raise BadInput(f"{folder}: is no folder; --check takes the one that --write wrote")
    there = {path.name for path in folder.glob("serin-*.json")}
    found = [f"{name} is missing" for name in sorted(documents.keys() - there)]
    found += [f"{name} is needed by no service" for name in sorted(there - documents.keys())]
    for name in sorted(documents.keys() & there):
        found += [f"{name}: {what}" for what in _changes(_read(folder / name), documents[name])]
    return found


def _cross_account(uses: Sequence[Use], roles: Sequence[str], principal: str, external_id: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for component, parts in COMPONENTS.items():
        played = [use for use in uses if any(role in roles and policies(role, use) for role in parts)]
        if not played:
            continue
        found[f"serin-airflow-{component}.json"] = becoming([arn_of(component, use) for use in played])
        for use in played:
            found[f"serin-{use.connection}-{component}-trust.json"] = trust(principal, external_id)
        found[f"serin-connections-{component}.json"] = {
            use.connection: connection(component, use, external_id) for use in played}
    return found


def _changes(there: Any, needed: Document) -> Iterator[str]:
    if there == needed:
        return
    if not (isinstance(there, dict) and "Statement" in there and "Statement" in needed):
        yield "is not what is needed"
        return
    old, new = _by_sid(there), _by_sid(needed)
    yield from (f"{sid} is missing" for sid in sorted(new.keys() - old.keys()))
    yield from (f"{sid} is needed by no service" for sid in sorted(old.keys() - new.keys()))
    yield from (f"{sid} is not what is needed" for sid in sorted(old.keys() & new.keys()) if old[sid] != new[sid])
    if old == new:
        yield "is not what is needed"


def _by_sid(document: Document) -> dict[str, Any]:
    statements = document["Statement"]
    return {str(one.get("Sid", "")): one for one in statements if isinstance(one, dict)} \
        if isinstance(statements, list) else {}


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: cannot be read: {error}") from error


def _text(document: Any) -> str:
    return json.dumps(document, indent=2) + "\n"
