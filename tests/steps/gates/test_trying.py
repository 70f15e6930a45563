"""A commit at one gate: tried once, kept, found again, and told when it does not pass."""

from dataclasses import replace

import pytest

from include.domain.errors import BadInput, NotPassed, Retryable
from include.domain.gates import Outcome, gates_folder, log_key, result_key
from include.domain.push import Push
from include.steps.gates.kept import keep_result, kept_gates
from include.steps.gates.trying import try_gate
from tests.domain.test_gates import COMMIT, RESULT
from tests.world.declared import service
from tests.world.records import InMemoryArchive
from tests.world.world import World

UNIT = {"name": "unit", "kind": "command", "commands": [["make", "test"]]}
LINT = {"name": "lint", "kind": "command", "commands": [["make", "lint"]]}


@pytest.fixture
def world():
    return World(service(regions=1, gates=[UNIT, LINT]))


def push_of(world, commit, push_id="api-1", **more):
    return replace(Push(push_id, "api", "prod", "patch", commit, "prod", "", "", "Ada", world.now), **more)


def tries(world, push, name="unit", since=None):
    """One task of one run: looks until the gate has decided."""
    ports = world.ports()
    return world.run(lambda look: try_gate(
        push, name, world.service, replace(look, since=since or look.since), ports["archive"], world.gate(name),
        ports["branches"], ports["images"], world.mortal(world.clusters, "clusters")), f"gates.{name}")


def test_a_commit_that_passes_is_kept_with_its_log(world):
    commit = world.branches.push("prod", "better")
    result = tries(world, push_of(world, commit))
    assert (result.passed, result.name, result.commit, result.push_id) == (True, "unit", commit, "api-1")
    assert result.log == f"memory://{log_key('api', commit, 'unit')}"
    assert world.archive.get(log_key("api", commit, "unit")).decode() == f"unit tries {commit}\nwell\n"
    assert kept_gates("api", commit, world.archive) == [result]


def test_what_passed_is_not_tried_again_by_another_flow(world):
    commit = world.branches.push("test", "better")
    first = tries(world, push_of(world, commit, "test-1"))
    again = tries(world, push_of(world, commit, "weekly-1"))
    assert again == first
    assert world.gates["unit"].tried == [commit]


def test_each_gate_and_each_commit_is_tried_for_itself(world):
    one, two = (world.branches.push("prod", name) for name in ("one", "two"))
    for commit in (one, two):
        for name in ("unit", "lint"):
            tries(world, push_of(world, commit), name)
    assert world.gates["unit"].tried == world.gates["lint"].tried == [one, two]
    assert [result.name for result in kept_gates("api", one, world.archive)] == ["lint", "unit"]


def test_a_gate_that_asks_for_another_thing_is_tried_anew_and_another_limit_is_no_other_thing(world):
    commit = world.branches.push("prod", "better")
    tries(world, push_of(world, commit))
    for changed, times in (({"limit_minutes": 5}, 1), ({"commands": [["make", "all-tests"]]}, 2)):
        world.service = service(regions=1, gates=[UNIT | changed, LINT])
        tries(world, push_of(world, commit))
        assert len(world.gates["unit"].tried) == times


def test_a_commit_that_does_not_pass_is_told_with_gate_last_words_log_and_authors(world):
    world.branches.push("prod", "one", author="Grace")
    world.branches.push("prod", "two", author="Grace")
    commit = world.branches.push("prod", "three", author="Edsger")
    world.gates["unit"].refuses[commit] = "`make test` ended with exit code 2 after 7.0 s"
    with pytest.raises(NotPassed) as no:
        tries(world, push_of(world, commit))
    assert str(no.value) == (
        f"{commit[:12]} did not pass gate unit: `make test` ended with exit code 2 after 7.0 s; "
        f"it said: unit tries {commit} | `make test` ended with exit code 2 after 7.0 s; "
        f"its log: memory://{log_key('api', commit, 'unit')}; this push carries commits of Grace, Edsger")
    assert no.value.log == f"memory://{log_key('api', commit, 'unit')}"


def test_where_what_runs_is_not_known_the_commits_own_author_is_named(world):
    commit = world.branches.push("prod", "worse", author="Grace")
    world.gates["unit"].refuses[commit] = "no"
    for group in world.regions["us-east-1"].groups.values():
        group.tags["serin:commit"] = "0" * 40
    with pytest.raises(NotPassed, match=r"commits of Grace$"):
        tries(world, push_of(world, commit))


def test_a_repository_that_is_down_hides_no_result(world, monkeypatch):
    commit = world.branches.push("prod", "worse")
    world.gates["unit"].refuses[commit] = "no"

    def down(*_):
        raise Retryable("the remote does not answer")

    monkeypatch.setattr(world.branches, "between", down)
    monkeypatch.setattr(world.branches, "commit", down)
    with pytest.raises(NotPassed, match="did not pass gate unit: no"):
        tries(world, push_of(world, commit))


def test_a_task_that_is_cleared_tries_again_and_adds_a_revision(world):
    commit = world.branches.push("prod", "flaky")
    world.gates["unit"].refuses[commit] = "1 failed"
    with pytest.raises(NotPassed):
        tries(world, push_of(world, commit))
    world.advance(60)
    del world.gates["unit"].refuses[commit]
    assert tries(world, push_of(world, commit)).passed
    assert [key.rpartition("/")[2] for key in world.archive.keys(gates_folder("api", commit))] == [
        "unit-2.json", "unit-2.log", "unit.json", "unit.log"]
    assert [result.passed for result in kept_gates("api", commit, world.archive)] == [True]


def test_a_worker_that_died_after_it_kept_a_result_does_not_try_again(world):
    commit = world.branches.push("prod", "worse")
    world.gates["unit"].refuses[commit] = "1 failed"
    began = world.now
    with pytest.raises(NotPassed):
        tries(world, push_of(world, commit), since=began)
    with pytest.raises(NotPassed):
        tries(world, push_of(world, commit), since=began)
    assert world.gates["unit"].tried == [commit]


@pytest.mark.parametrize("refuses", ["", "1 failed"])
def test_a_worker_may_die_at_any_call(refuses):
    calls = 0
    while True:
        world = World(service(regions=1, gates=[UNIT]))
        commit, world.gates["unit"].seconds = world.branches.push("prod", "a change"), 1.0
        if refuses:
            world.gates["unit"].refuses[commit] = refuses
        world.executioner.at, world.executioner.after, calls = calls // 2 + 1, bool(calls % 2), calls + 1
        try:
            passed = tries(world, push_of(world, commit)).passed
        except NotPassed:
            passed = False
        assert passed == (not refuses)
        assert kept_gates("api", commit, world.archive)[0].passed is passed
        if not any("killed" in line for line in world.log):
            break
    assert calls > 10


def test_a_gate_that_does_not_decide_is_given_up_at_its_limit_and_kept_so(world):
    commit = world.branches.push("prod", "slow")
    world.gates["unit"].undecided.add(commit)
    with pytest.raises(NotPassed, match=r"gave up after 0:00:03.750000: unit is being tried"):
        tries(world, push_of(world, commit))
    [kept] = kept_gates("api", commit, world.archive)
    assert not kept.passed
    assert world.archive.get(log_key("api", commit, "unit")).decode().startswith("gave up after")


def test_an_ami_that_does_not_say_its_commit_cannot_be_tried(world):
    with pytest.raises(BadInput, match="AMI 'api-by-hand' does not say its commit, so gate unit cannot be tried"):
        tries(world, push_of(world, "", ami="api-by-hand"))


# --- keeping

def test_two_that_try_the_same_commit_at_once_both_keep_their_result():
    archive = InMemoryArchive()

    class Late(InMemoryArchive):
        """Somebody else keeps a result between the look and the write."""

        objects = archive.objects

        def __init__(self):
            self.looked = False

        def keys(self, prefix):
            found = archive.keys(prefix)
            if not self.looked:
                self.looked = True
                keep_result(replace(RESULT, passed=True, push_id="other"), Outcome(True, "passed", log=b"theirs"),
                            archive)
            return found

    kept = keep_result(RESULT, Outcome(False, "exit code 1", log=b"ours"), Late())
    assert kept.log == RESULT.log
    assert archive.get(log_key("api", COMMIT, "unit", 2)) == b"ours"
    assert b"other" in archive.get(result_key("api", COMMIT, "unit"))


def test_files_of_the_report_are_kept_beside_the_result_and_no_page_is_kept_as_one():
    archive = InMemoryArchive()
    types = {}
    put = archive.put
    archive.put = lambda key, body, content_type: types.update({key: content_type}) or put(key, body, content_type)
    outcome = Outcome(True, "passed", report=(("junit/a b.xml", b"<xml/>"), ("cover.html", b"<script>"),
                                              ("x.png", b"\x89\xff")))
    kept = keep_result(replace(RESULT, log=""), outcome, archive)
    folder = f"{gates_folder('api', COMMIT)}unit.report/"
    names = ("junit/a%20b.xml", "cover.html", "x.png")
    assert kept.report.splitlines() == [f"memory://{folder}{name}" for name in names]
    assert [types[folder + name] for name in ("cover.html", "x.png")] == [
        "text/plain; charset=utf-8", "application/octet-stream"]
