"""What gates said of a commit, in the archive: whoever pushes the same commit finds it there."""

from dataclasses import replace

from include.domain.errors import Refused, Retryable
from include.domain.gates import (
    GateResult,
    Outcome,
    gates_folder,
    log_key,
    newest_results,
    next_number,
    read,
    report_key,
    result_key,
    written,
)
from include.ports import Archive

TRIES = 5
TEXT, BYTES, JSON = "text/plain; charset=utf-8", "application/octet-stream", "application/json"


def kept_gates(service: str, commit: str, archive: Archive) -> list[GateResult]:
    """The newest result of each gate that was tried on the commit, by its name; empty where none was."""
    folder = gates_folder(service, commit)
    newest = newest_results(archive.keys(folder), folder)
    bodies = (archive.get(result_key(service, commit, gate, number)) for gate, number in newest.items())
    return [read(body) for body in bodies if body]


def kept_gate(service: str, commit: str, gate: str, archive: Archive) -> GateResult | None:
    """The newest result of this gate; None where it was not tried."""
    folder = gates_folder(service, commit)
    number = newest_results(archive.keys(folder + gate), folder).get(gate)
    body = archive.get(result_key(service, commit, gate, number)) if number else None
    return read(body) if body else None


def keep_result(result: GateResult, outcome: Outcome, archive: Archive) -> GateResult:
    """The result as it is kept, with the addresses of its log and report: a revision of its own, written last, so that
    whoever finds it finds all. Several may try the same commit at once."""
    folder = gates_folder(result.service, result.commit)
    for _ in range(TRIES):
        number = next_number(archive.keys(folder + result.name), folder, result.name)
        try:
            return _kept(result, outcome, number, archive)
        except Refused:
            continue    # somebody else has this number
    raise Retryable(f"{TRIES} others keep results of gate {result.name} for {result.commit[:12]}")


def _kept(result: GateResult, outcome: Outcome, number: int, archive: Archive) -> GateResult:
    of = (result.service, result.commit, result.name, number)
    said = archive.put(log_key(*of), outcome.log or f"{outcome.reason}\n".encode(), TEXT)
    report = [archive.put(report_key(*of, path), body, _type(body)) for path, body in outcome.report]
    kept = replace(result, log=result.log or said, report="\n".join(report))
    archive.put(result_key(*of), written(kept), JSON)
    return kept


def _type(body: bytes) -> str:
    """As text, also what is a page: whatever a commit's commands wrote there must not act where it is shown."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return BYTES
    return TEXT
