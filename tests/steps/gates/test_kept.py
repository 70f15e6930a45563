"""What gates said of a commit is found in the archive."""

from dataclasses import replace

from include.domain.gates import result_key, written
from include.steps.gates.kept import kept_gates
from tests.domain.test_gates import COMMIT, RESULT
from tests.world.records import InMemoryArchive


def test_the_newest_of_each_gate_is_told_and_nothing_of_other_commits():
    archive = InMemoryArchive()
    green = replace(RESULT, passed=True)
    lint = replace(RESULT, name="lint", passed=True)
    other = replace(RESULT, commit="cd" * 20)
    for number, result in ((1, RESULT), (2, green), (1, lint), (1, other)):
        archive.put(result_key("api", result.commit, result.name, number), written(result), "application/json")
    assert kept_gates("api", COMMIT, archive) == [lint, green]


def test_a_commit_that_met_no_gate_has_no_results():
    assert kept_gates("api", COMMIT, InMemoryArchive()) == []
