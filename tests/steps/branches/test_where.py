"""Where a commit or a ticket is, in the in-memory world."""

from dataclasses import replace

import pytest

from include.domain import asg_tags
from include.domain.errors import BadInput, Retryable
from include.domain.gates import result_key, written
from include.domain.where import Place
from include.steps.branches.where import LOOKED_THROUGH, SHOWN, where
from tests.domain.test_gates import RESULT
from tests.world.crash import Mortal
from tests.world.declared import elsewhere, service
from tests.world.world import World


@pytest.fixture
def world():
    made = World(service(regions=2, environments=elsewhere("test", "staging")))
    for name in ("test", "staging"):
        made.beside(name, size=4)
    return made


def places(world):
    return {(environment, region): port for environment, here in ({"prod": world} | world.elsewhere).items()
            for region, port in here.clusters.items()}


def asked(world, text, **other):
    ports = {"branches": world.branches, "images": world.images, "archive": world.archive, "places": places(world)}
    return where(text, world.service, **ports | other)


def runs(world, commit, region="us-east-1", asg="api-prod-v041", environment="prod"):
    """The ASG has a new commit."""
    here = world if environment == "prod" else world.elsewhere[environment]
    here.regions[region].groups[asg].tags[asg_tags.COMMIT] = commit


def test_a_commit_is_told_with_branches_ami_gates_and_its_share_of_every_cluster(world):
    commit = world.branches.push("prod", "a fix\n\nwith more", author="Grace")
    world.images.add(commit, "prod")
    for gate, passed in (("unit", True), ("ci", False)):
        result = replace(RESULT, commit=commit, name=gate, passed=passed)
        world.archive.put(result_key("api", commit, gate), written(result), "application/json")
    runs(world, commit)
    assert asked(world, commit[:9]).lines() == [
        f"{commit[:12]} “a fix” by Grace, 2026-11-03 10:00 UTC", "branches: prod", f"AMI: api-{commit[:12]}",
        "gates: ci did not pass, unit passed",
        "prod, us-east-1: 4 of 4 instances (100 %), in api-prod-v041", "prod, us-west-2: none of 4 instances",
        "test, us-east-1: none of 4 instances", "staging, us-east-1: none of 4 instances"]


def test_what_runs_a_newer_commit_runs_the_older_ones_too(world):
    first = world.branches.head("test")
    older, newer = (world.branches.push("prod", name) for name in ("older", "newer"))
    runs(world, newer)
    runs(world, older, "us-west-2")
    shares = {commit: [place.instances for place in asked(world, commit).commits[0].places]
              for commit in (first, older, newer)}
    assert shares == {first: [4, 4, 4, 4], older: [4, 4, 0, 0], newer: [4, 0, 0, 0]}


def test_the_share_is_of_all_instances_of_the_cluster_and_those_without_traffic_are_said(world):
    older, newer = (world.branches.push("prod", name) for name in ("older", "newer"))
    group = world.regions["us-east-1"].groups["api-prod-v041"]
    group.tags |= {asg_tags.COMMIT: older, asg_tags.COLOUR: "black"}
    world.regions["us-east-1"].groups["api-prod-v042"] = replace(
        group, name="api-prod-v042", tags={asg_tags.COMMIT: newer}, machines=[*group.machines[:1]])
    lines = asked(world, older).lines() + asked(world, newer).lines()
    assert ("prod, us-east-1: 5 of 5 instances (100 %), in api-prod-v041, api-prod-v042, 4 of them without traffic"
            in lines)
    assert "prod, us-east-1: 1 of 5 instances (20 %), in api-prod-v042" in lines


def test_without_an_ami_of_its_own_the_first_that_has_it_is_told_with_its_gates(world):
    commit, second, third = (world.branches.push("prod", name) for name in ("one", "two", "three"))
    result = replace(RESULT, commit=second, name="unit", passed=True)
    world.archive.put(result_key("api", second, "unit"), written(result), "application/json")
    assert "AMI: none has it yet" in asked(world, commit).lines()
    world.images.add(third, "prod")
    world.images.add(second, "prod")
    lines = asked(world, commit).lines()
    assert f"AMI: api-{second[:12]}, the first that has it, built of {second[:12]}" in lines
    assert f"gates of {second[:12]}: unit passed" in lines


def test_an_ami_that_was_vetoed_is_said_so(world):
    commit = world.branches.push("prod", "bad")
    world.images.veto(world.images.add(commit, "prod").name, "it leaks", "Grace", world.now)
    [line] = [line for line in asked(world, commit).lines() if line.startswith("AMI: ")]
    assert "it leaks" in line


def test_a_commit_that_no_branch_holds_is_still_told(world):
    commit = world.branches.push("test", "rewritten away")
    world.branches.heads["test"] = world.branches.parents[commit][0]
    assert "branches: none holds it (any more)" in asked(world, commit).lines()


# --- tickets

def test_a_ticket_is_every_commit_that_names_it_the_newest_first(world):
    one = world.branches.push("prod", "API-12: first part")
    world.branches.push("prod", "API-123: another")
    two = world.branches.push("release", "second part\n\nAPI-12")
    found = asked(world, " api-12 ")
    assert [commit.commit for commit in found.commits] == [two, one]
    assert [commit.branches for commit in found.commits] == [("release",), ("prod",)]
    assert found.note == ""


def test_a_ticket_that_nobody_names_is_said_with_how_far_was_searched(world):
    found = asked(world, "API-99")
    assert found.lines() == [
        f"no commit names API-99 among the newest {LOOKED_THROUGH:,} commits of prod, release, test"]


def test_of_a_ticket_with_many_commits_the_newest_are_told_and_the_rest_counted(world):
    for number in range(SHOWN + 3):
        world.branches.push("prod", f"API-12: part {number}")
    found = asked(world, "API-12")
    assert len(found.commits) == SHOWN
    assert found.lines()[-1].startswith(f"{SHOWN + 3} commits name API-12 among the newest ")


@pytest.mark.parametrize("text", ["", "abc", "head", "--all", "API-", "API-0", "API-1 API-2", "x" * 5000, "123456"])
def test_what_is_neither_is_refused_shortened(world, text):
    with pytest.raises(BadInput, match="give 7 to 40 hex digits") as refused:
        asked(world, text)
    assert len(str(refused.value)) < 200


def test_a_commit_that_is_not_there_is_refused(world):
    with pytest.raises(BadInput, match="0000000"):
        asked(world, "0" * 40)


# --- what does not answer

class Down:
    def __getattr__(self, verb):
        def fails(*_):
            raise Retryable("us-east-1 does not answer")
        return fails


def test_a_region_that_does_not_answer_is_said_and_hides_no_other(world):
    commit = world.branches.push("prod", "a fix")
    runs(world, commit, "us-west-2")
    lines = asked(world, commit, places=places(world) | {("prod", "us-east-1"): Down()}).lines()
    assert "prod, us-east-1: not known: Retryable: us-east-1 does not answer" in lines
    assert "prod, us-west-2: 4 of 4 instances (100 %), in api-prod-v041" in lines


def test_amis_and_an_archive_that_do_not_answer_hide_nothing_else(world):
    commit = world.branches.push("prod", "a fix")
    runs(world, commit)
    lines = asked(world, commit, images=Down(), archive=Down()).lines()
    assert "AMI: not known: Retryable: us-east-1 does not answer" in lines
    assert "gates: not known: Retryable: us-east-1 does not answer" in lines
    assert "prod, us-east-1: 4 of 4 instances (100 %), in api-prod-v041" in lines
    assert "prod, us-west-2: none of 4 instances; whether api-prod-v041 has it is not known" in lines


def test_what_runs_a_commit_that_the_repository_does_not_know_is_not_counted_and_named(world):
    commit = world.branches.push("prod", "a fix")
    runs(world, "0" * 40)
    [place, *_] = asked(world, commit).commits[0].places
    assert place == Place("prod", "us-east-1", 0, 4, 0, (), ("api-prod-v041",))


def test_a_commit_that_the_repository_does_not_know_is_looked_for_once_in_it(world):
    """A mirror is fetched for what it lacks: for each region and ticket once more would take minutes."""
    for number in range(3):
        world.branches.push("prod", f"API-12: part {number}")
    for region in world.regions:
        runs(world, "0" * 40, region)
    world.executioner.calls.clear()
    branches = Mortal(world.branches, world.executioner, "branches")
    compared = []
    branches.is_older = lambda commit, runs: compared.append(runs) or world.branches.is_older(commit, runs)
    assert len(asked(world, "API-12", branches=branches).commits) == 3
    assert world.executioner.calls.count("branches.commit") == 2, "what prod runs, and what the others do"
    assert "0" * 40 not in compared


def test_each_cluster_is_read_once_however_many_commits_are_told(world):
    for number in range(5):
        world.branches.push("prod", f"API-12: part {number}")
    for environment, here in ({"prod": world} | world.elsewhere).items():
        for region in here.regions:
            runs(world, world.branches.head("prod"), region, f"api-{environment}-v041", environment)
    counted = {place: Mortal(port, world.executioner, str(place)) for place, port in places(world).items()}
    images = Mortal(world.images, world.executioner, "images")
    assert len(asked(world, "API-12", places=counted, images=images).commits) == 5
    assert sorted(world.executioner.calls) == sorted([f"{place}.asgs" for place in counted] + ["images.first_of"] * 5)
