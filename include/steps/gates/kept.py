"""What gates said of a commit, in the archive: whoever pushes the same commit finds it there."""

from include.domain.gates import GateResult, gates_folder, newest_results, read, result_key
from include.ports import Archive


def kept_gates(service: str, commit: str, archive: Archive) -> list[GateResult]:
    """The newest result of each gate that was tried on the commit, by its name; empty where none was."""
    folder = gates_folder(service, commit)
    newest = newest_results(archive.keys(folder), folder)
    bodies = (archive.get(result_key(service, commit, gate, number)) for gate, number in newest.items())
    return [read(body) for body in bodies if body]
