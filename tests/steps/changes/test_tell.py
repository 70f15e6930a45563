"""What changes with a push, told in the in-memory world."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from include.domain import asg_tags
from include.domain.changes.report import VERSION, Told
from include.domain.changes.tickets import Ticket
from include.domain.errors import BadInput, Retryable
from include.domain.hidden import HIDDEN
from include.domain.launch_template import TemplateVersion
from include.domain.looks import Wait
from include.domain.manifest import CONFIG, PACKAGES, Manifest, Package, Source
from include.domain.push import Push
from include.steps.changes.asking import Asking
from include.steps.changes.compared import Material, compared
from include.steps.changes.kept import kept_changes
from include.steps.changes.tell import LIMIT, tell_changes
from include.steps.images.manifest import keep_manifest
from tests.world.declared import REGIONS, service
from tests.world.world import World

ID = "api-20261103T100000-abc123"
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def world():
    return World(service(tickets={"kind": "jira", "connection": "jira"}))


def pushed(world, *messages):
    """The push of these commits."""
    for message in messages:
        world.branches.push("prod", message, {f"{len(world.branches.commits)}.py": b"one\ntwo\n"}, author=message[-3:])
    commit = world.branches.head("prod")
    return Push(ID, "api", "prod", "patch", commit, "prod", world.images.add(commit, "prod").name, "", "Ada", world.now)


def tell(world, push, look=None, **ports):
    given = {"branches": world.branches, "images": world.images, "clusters": world.clusters, "archive": world.archive,
             "tickets": world.tickets} | ports
    return tell_changes(push, world.service, look or world.look(), **given)


def told_of(world, push, **ports):
    """The report itself, and what could not be said."""
    asking = Asking()
    given = {"branches": world.branches, "images": world.images, "clusters": world.clusters, "archive": world.archive,
             "tickets": world.tickets} | ports
    return compared(Material(push, world.service, world.now, asking=asking, **given)), asking


def manifest(world, commit, packages, config, secret="x"):
    name = f"api-{commit[:12]}"
    keep_manifest(Manifest(
        name, commit, "prod", "", None, tuple(Package(*package) for package in packages),
        {"prod": {"": config, "us-east-1": {"db.password": secret}}},
        (Source(PACKAGES, "sbom"), Source(CONFIG, "a", "prod"), Source(CONFIG, "b", "prod", "us-east-1"))),
        "api", world.archive)


def said_in_json(world):
    return json.loads(world.archive.objects[f"pushes/api/{ID}/changes.json"])


FAULTS = pytest.mark.parametrize("error", [BadInput("no"), KeyError("a bug"), Retryable("down")],
                                 ids=["final", "bug", "passing"])


class Down:
    """A port that does not answer."""

    def __init__(self, error):
        self.error = error

    def __getattr__(self, verb):
        def call(*_, **__):
            raise self.error
        return call


def test_commits_people_libraries_and_keys_are_told_with_the_address_of_the_page(world):
    first = world.branches.head("prod")
    push = pushed(world, "API-1: faster, Ada", "OPS-2: disks, Bob", "API-1: faster still, Ada")
    manifest(world, first, [("flask", "1.0.0", "pypi"), ("numpy", "1.0.0", "pypi")], {"pool.size": "4", "a": "1"})
    manifest(world, push.commit, [("flask", "2.0.0", "pypi"), ("numpy", "1.1.0", "pypi")], {"pool.size": "8", "a": "1"})
    told = tell(world, push)
    assert told == Told("3 commits of 2 people, 2 libraries up, 1 config key", f"memory://pushes/api/{ID}/changes.html")
    assert kept_changes("api", ID, world.archive) == told


def test_the_json_says_all_that_the_page_says_and_its_version(world):
    world.tickets.tickets = {"API-1": Ticket("API-1", "<b>Slow</b>", "Done", "https://jira/browse/API-1")}
    push = pushed(world, "API-1: faster, Ada")
    told = tell(world, push)
    said = said_in_json(world)
    assert said["version"] == VERSION
    assert (said["sentence"], said["page"], said["push_id"], said["commit"]) == (
        told.sentence, told.page, ID, push.commit)
    one, = said["against"]
    assert one["running"]["regions"] == list(REGIONS)
    assert one["source"]["comes"][0]["subject"] == "API-1: faster, Ada"
    assert [file["path"] for file in one["source"]["comes"][0]["files"]] == ["1.py", "CHANGES.md"]
    assert one["source"]["people"] == [{"name": "Ada", "commits": 1}]
    assert said["tickets"]["API-1"]["summary"] == "<b>Slow</b>"


def test_what_was_told_stays_told(world):
    push = pushed(world, "faster, Ada")
    first = tell(world, push)
    world.branches.push("prod", "later")
    assert tell(world, replace(push, commit=world.branches.head("prod"))) == first


def test_what_died_after_its_page_and_before_its_json_is_told_with_the_page_that_is_there(world):
    push = pushed(world, "faster, Ada")
    tell(world, push)
    page = world.archive.objects[f"pushes/api/{ID}/changes.html"]
    del world.archive.objects[f"pushes/api/{ID}/changes.json"]
    world.advance(60)
    assert tell(world, push).page
    assert world.archive.objects[f"pushes/api/{ID}/changes.html"] == page
    assert said_in_json(world)["sentence"] == "1 commit of 1 person"
    assert said_in_json(world)["not_said"] == said_in_json(world)["against"][0]["missing"][0]


def test_regions_that_run_different_amis_are_compared_each_with_its_own(world):
    first = world.branches.head("prod")
    push = pushed(world, "one, Ada", "two, Bob")
    between = next(sha for sha, commit in world.branches.commits.items() if commit.subject == "one, Ada")
    group = world.regions[REGIONS[1]].groups["api-prod-v041"]
    group.ami = world.images.add(between, "prod").ids[REGIONS[1]]
    report, _ = told_of(world, push)
    assert [(one.running.commit, one.running.regions, one.source.commits) for one in report.against] == [
        (first, (REGIONS[0], REGIONS[2]), 2), (between, (REGIONS[1],), 1)]
    assert f"{REGIONS[1]}: 1 commit of 1 person" in tell(world, push).line


def test_the_commit_in_the_tag_of_the_asg_counts_before_that_of_its_ami(world):
    push = pushed(world, "one, Ada")
    for region in REGIONS:
        world.regions[region].groups["api-prod-v041"].tags[asg_tags.COMMIT] = push.commit
    report, _ = told_of(world, push)
    assert [one.running.commit for one in report.against] == [push.commit]
    assert tell(world, push).line.startswith("the same commit")


def test_a_commit_that_ran_and_is_not_in_the_ami_goes_out(world):
    world.branches.heads["prod"] = world.branches.head("test")
    lost = world.branches.push("prod", "lost by a force-push, Ada")
    group_ami = world.images.add(lost, "prod").ids
    for region in REGIONS:
        world.regions[region].groups["api-prod-v041"].ami = group_ami[region]
    world.branches.heads["prod"] = world.branches.head("test")
    push = pushed(world, "another line, Bob")
    report, _ = told_of(world, push)
    assert [commit.sha for commit in report.against[0].source.goes] == [lost]
    assert "1 commit of 1 person, 1 commit that ran goes out" in tell(world, push).line


def test_what_runs_on_a_commit_that_the_repository_lost_is_said(world):
    for region in REGIONS:
        world.regions[region].groups["api-prod-v041"].tags[asg_tags.COMMIT] = "f" * 40
    told = tell(world, pushed(world, "one, Ada"))
    assert "what changed is not known" in told.line
    assert "ffff" in told.line


def test_an_ami_that_nobody_knows_is_said(world):
    push = pushed(world, "one, Ada")
    for region in REGIONS:
        world.regions[region].groups["api-prod-v041"].ami = f"ami-{'0' * 17}"
    assert f"AMI ami-{'0' * 17} does not say which commit it was built from" in tell(world, push).line


def test_a_first_push_where_nothing_runs_says_so(world):
    push = pushed(world, "one, Ada")
    for region in world.regions.values():
        region.groups.clear()
    told = tell(world, push)
    assert told.sentence == "nothing is known of what runs"
    assert told.missing.startswith(f"nothing of api runs in {REGIONS[0]} yet")
    assert told.page


def test_a_push_is_not_compared_with_what_it_made_itself(world):
    push = pushed(world, "one, Ada")
    for region in world.regions.values():
        region.groups["api-prod-v041"].tags[asg_tags.PUSH] = ID
    assert not told_of(world, push)[0].against


def test_secrets_are_hidden_again_whoever_let_them_through(world):
    first = world.branches.head("prod")
    push = pushed(world, "one, Ada")
    manifest(world, first, [], {}, secret="hunter2")
    manifest(world, push.commit, [], {}, secret="hunter3")
    tell(world, push)
    assert "hunter" not in "".join(body.decode() for key, body in world.archive.objects.items() if "changes" in key)
    change, = said_in_json(world)["against"][0]["config"][0]["keys"]
    assert (change["key"], change["old"], change["new"]) == ("db.password", HIDDEN, HIDDEN)


def test_config_that_one_manifest_does_not_know_is_not_made_up(world):
    first = world.branches.head("prod")
    push = pushed(world, "one, Ada")
    manifest(world, push.commit, [("flask", "1", "pypi")], {"a": "1"})
    keep_manifest(Manifest(f"api-{first[:12]}", first, "prod", "", None, (), {}, (
        Source(PACKAGES, "sbom", unread="no JSON"),)), "api", world.archive)
    report, _ = told_of(world, push)
    one, = report.against
    assert one.libraries is None
    assert [changes.unknown for changes in one.config] == [f"the config of api-{first[:12]} is not known"] * 2
    assert f"the packages of AMI api-{first[:12]} are not known: libraries are not compared" in one.missing


def test_a_launch_template_that_a_hand_changed_is_told(world):
    push = pushed(world, "one, Ada")
    region = world.regions[REGIONS[0]]
    region.versions["lt-1"] = [TemplateVersion("9", "", NOON, "ada", {"InstanceType": "c7g.xlarge"})]
    report, _ = told_of(world, push)
    assert [launch.region for launch in report.launches] == list(REGIONS)
    assert len(report.launches[0].told) == 2
    assert f"the launch template was changed by hand in {REGIONS[0]}" in tell(world, push).line


def test_a_jira_that_is_down_is_waited_for_and_then_said(world):
    world.tickets.down = Retryable("Jira did not answer: 503")
    push = pushed(world, "API-1: faster, Ada")
    look = world.look()
    waits = tell(world, push, look)
    assert isinstance(waits, Wait)
    assert "Jira did not answer: 503" in waits.reason
    assert not world.archive.keys(f"pushes/api/{ID}/changes")
    told = tell(world, push, replace(look, now=look.since + LIMIT))
    assert "what the tickets say is not known: Jira did not answer: 503" in told.line
    assert "Jira did not answer: 503" in world.archive.objects[f"pushes/api/{ID}/changes.html"].decode()
    assert tell(world, push, replace(look, now=look.since + LIMIT)) == told


def test_what_nobody_looked_at_does_not_count_as_patience(world):
    world.tickets.down = Retryable("down")
    look = world.look()
    late = replace(look, now=look.since + LIMIT + timedelta(hours=1), unseen=timedelta(hours=1, seconds=30))
    assert isinstance(tell(world, pushed(world, "API-1: faster, Ada"), late), Wait)


def test_a_jira_whose_login_is_refused_is_said_at_once_and_ids_are_links_where_that_is_declared():
    declared = {"kind": "jira", "connection": "jira", "url": "https://jira.example.com/browse/{id}"}
    world = World(service(regions=1, tickets=declared))
    world.tickets.down = BadInput("Jira refuses the login of its connection: 401")
    told = tell(world, pushed(world, "API-1: faster, Ada"))
    assert "Jira refuses the login" in told.line
    page = world.archive.objects[f"pushes/api/{ID}/changes.html"].decode()
    assert '<a href="https://jira.example.com/browse/API-1"' in page


def test_without_a_ticket_store_nothing_is_said_of_it(world):
    plain = World(service(regions=1))
    told = tell(plain, pushed(plain, "API-1: faster, Ada"))
    assert "ticket" not in told.line
    assert said_in_json(plain)["tickets"] == {}
    assert said_in_json(plain)["against"][0]["source"]["by_ticket"] == [{"name": "API-1", "commits": 1}]


@pytest.mark.parametrize("port", ["branches", "images", "tickets"])
@FAULTS
def test_whatever_does_not_answer_fails_no_push_and_is_said(world, port, error):
    push, look = pushed(world, "API-1: faster, Ada"), world.look()
    told = tell(world, push, replace(look, now=look.since + LIMIT), **{port: Down(error)})
    assert isinstance(told, Told)
    assert told.page
    assert "is not known" in told.line


@FAULTS
def test_clusters_that_do_not_answer_are_told_by_region(world, error):
    look = world.look()
    told = tell(world, pushed(world, "one, Ada"), replace(look, now=look.since + LIMIT),
                clusters=world.clusters | {REGIONS[1]: Down(error)})
    assert f"what runs in {REGIONS[1]} is not known" in told.line
    assert f"nothing of api runs in {REGIONS[1]}" not in told.line
    assert "1 commit of 1 person" in told.line


def test_an_archive_that_is_down_is_waited_for_and_then_said_without_an_address(world):
    push, look, down = pushed(world, "one, Ada"), world.look(), Down(Retryable("S3 is down"))
    assert isinstance(tell(world, push, look, archive=down), Wait)
    told = tell(world, push, replace(look, now=look.since + LIMIT), archive=down)
    assert told.page == ""
    assert told.line.startswith("1 commit of 1 person")
    assert "S3 is down" in told.line


def test_hostile_messages_and_titles_are_text_on_the_page(world):
    hostile = "API-1 <script>alert(1)</script> \u202e\"onload=\"x javascript:alert(1) " + "x" * 1_000_000
    world.tickets.tickets = {"API-1": Ticket("API-1", hostile, hostile, "javascript:alert(1)")}
    tell(world, pushed(world, hostile))
    page = world.archive.objects[f"pushes/api/{ID}/changes.html"].decode()
    assert len(page) < 100_000
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert 'href="javascript' not in page
    assert 'onload="' not in page


def test_where_two_asgs_take_traffic_both_are_compared_and_nothing_is_made_up_of_their_launch_templates(world):
    push = pushed(world, "one, Ada")
    region = world.regions[REGIONS[0]]
    region.groups["api-prod-v042"] = replace(region.groups["api-prod-v041"], name="api-prod-v042", tags={})
    report, _ = told_of(world, push)
    assert report.against[0].running.asgs[:2] == ("api-prod-v041", "api-prod-v042")
    assert report.launches[0].told == ()
    assert f"2 ASGs take traffic in {REGIONS[0]} (api-prod-v041, api-prod-v042)" in report.launches[0].unknown


def test_where_no_packages_and_no_config_are_declared_nobody_misses_them_and_nothing_is_called_the_same(world):
    first, push = world.branches.head("prod"), pushed(world, "one, Ada")
    for commit in (first, push.commit):
        keep_manifest(Manifest(f"api-{commit[:12]}", commit, "prod", "", None, (), {}, ()), "api", world.archive)
    one, = told_of(world, push)[0].against
    assert (one.libraries, one.config, one.missing) == (None, None, ())
    told = tell(world, push)
    assert (told.sentence, told.missing) == ("1 commit of 1 person", "")
    assert "All the same" not in world.archive.objects[f"pushes/api/{ID}/changes.html"].decode()
