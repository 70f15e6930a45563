"""The manifest is kept once, before the AMI is said to be ready, and never stops a push."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from include.domain.errors import BadInput, Retryable
from include.domain.manifest import manifest_key, sbom_key
from include.steps.images.manifest import keep_manifest, keep_what_is_in, keep_what_runs, kept_manifest
from tests.domain.test_manifest import MANIFEST
from tests.steps.ready import HERE, ready
from tests.world.records import InMemoryArchive, InMemoryChat

PAGE = "http://airflow/dags/api_patch_push/runs/1/tasks/build_ami"
FILES = {"requirements.txt": b"flask==3.1.0\n", "prod.yaml": b"a: 1\n"}


class Stage:
    """A push whose AMI was built a minute after its task began."""

    def __init__(self, files=None, **manifest):
        self.world, flow = ready(manifest={"packages": ["requirements.txt"], "config": ["prod.yaml"]} | manifest)
        world = self.world
        commit = world.branches.push("prod", "another", files=FILES if files is None else files)
        self.since = world.now - timedelta(minutes=1)
        world.images.add(commit, "prod", built_at=world.now)
        self.push, self.chat, self.archive = flow.pushed_commit(), InMemoryChat(), world.archive
        self.key = ""

    def keep(self):
        world = self.world
        return keep_what_is_in(self.push, PAGE, lambda: self.key, world.service, world.look(self.since), world.images,
                               world.branches, self.archive, self.chat)

    def keep_what_runs(self):
        world = self.world
        keep_what_runs(self.push, lambda: self.key, world.service, world.look(), world.images, world.branches,
                       self.archive, self.chat, world.clusters)

    @property
    def kept(self):
        return kept_manifest("api", self.push.ami, self.archive)


def test_it_is_found_by_the_name_of_the_ami():
    archive = InMemoryArchive()
    assert kept_manifest("api", MANIFEST.ami, archive) is None
    assert keep_manifest(MANIFEST, "api", archive) == MANIFEST
    assert kept_manifest("api", MANIFEST.ami, archive) == MANIFEST


def test_the_first_that_was_kept_stays():
    archive = InMemoryArchive()
    keep_manifest(MANIFEST, "api", archive)
    assert keep_manifest(replace(MANIFEST, packages=()), "api", archive) == MANIFEST
    assert kept_manifest("api", MANIFEST.ami, archive) == MANIFEST


def test_what_is_in_an_ami_is_kept_with_where_it_was_built_and_its_sbom():
    stage = Stage()
    manifest = stage.keep()
    assert manifest == stage.kept
    assert (manifest.ami, manifest.commit, manifest.branch) == (stage.push.ami, stage.push.commit, "prod")
    assert (manifest.build_url, manifest.built_at) == (PAGE, stage.world.now)
    assert [package.name for package in manifest.packages] == ["flask"]
    assert manifest.config_of("prod", "") == {"a": "1"}
    sbom = json.loads(stage.archive.get(sbom_key("api", stage.push.ami)))
    assert [component["name"] for component in sbom["components"]] == ["flask"]
    assert stage.chat.room == []


def test_it_is_read_once_for_each_ami():
    stage = Stage()
    first = stage.keep()
    stage.world.branches.trees.clear()
    assert stage.keep() == first


@pytest.mark.parametrize("lost", [manifest_key, sbom_key], ids=["before the manifest", "before its SBOM"])
def test_a_task_that_died_on_the_way_is_taken_again(lost):
    stage = Stage()
    stage.keep()
    whole = dict(stage.archive.objects)
    del stage.archive.objects[lost("api", stage.push.ami)]
    stage.keep()
    assert stage.archive.objects == whole


def test_an_ami_that_was_there_before_is_not_said_to_be_built_here():
    stage = Stage()
    stage.since = stage.world.now + timedelta(seconds=1)
    assert stage.keep().build_url == ""


def test_the_page_that_an_ami_names_itself_comes_first():
    stage = Stage()
    image = stage.world.images.images[stage.push.ami]
    stage.world.images.images[stage.push.ami] = replace(image, build_url="https://ci/7")
    assert stage.keep().build_url == "https://ci/7"


def test_what_could_not_be_read_is_told_to_the_room_once_and_no_sbom_claims_to_be_whole():
    stage = Stage(files={"requirements.txt": b"flask\n", "prod.yaml": b"[\n"})
    stage.keep()
    stage.keep()
    said, = stage.chat.room
    assert said == (f"{stage.push.id} build_ami: the manifest of {stage.push.ami} is not whole: packages of "
                    "requirements.txt: line 1: 'flask' is not pinned: it needs == and a version; config of prod.yaml: "
                    "it is no YAML at line 2")
    assert stage.archive.get(sbom_key("api", stage.push.ami)) is None


def raises(error):
    def raising(*_):
        raise error
    return raising


@pytest.mark.parametrize(("error", "says"), [
    (Retryable("git.example.com timed out"), "will be tried again: Retryable: git.example.com timed out"),
    (RuntimeError("a bug"), "was not kept: RuntimeError: a bug")])
def test_what_fails_on_the_way_stops_no_push_and_the_next_one_keeps_it(error, says):
    stage = Stage()
    stage.world.branches.read = raises(error)
    assert stage.keep() is None
    assert stage.chat.room == [f"{stage.push.id} build_ami: the manifest of {stage.push.ami} {says}"]
    assert stage.kept is None
    del stage.world.branches.read
    assert stage.keep() == stage.kept


def test_without_its_key_no_manifest_is_kept_whose_secrets_tell_nothing():
    stage = Stage(hiding_connection="serin_hiding")
    world = stage.world
    kept = keep_what_is_in(stage.push, PAGE, raises(BadInput("there is no serin_hiding")), world.service, world.look(),
                           world.images, world.branches, stage.archive, stage.chat)
    assert kept is None
    assert "was not kept: BadInput: there is no serin_hiding" in stage.chat.room[0]


def test_a_room_that_is_closed_stops_no_push():
    stage = Stage(files={})
    stage.chat.say = raises(RuntimeError("no room"))
    assert stage.keep() == stage.kept


def test_what_ran_before_any_manifest_was_kept_gets_one_to_compare_the_push_with():
    stage = Stage()
    running = stage.world.images.named(stage.world.regions[HERE].groups["api-prod-v041"].ami)
    stage.keep_what_runs()
    manifest = kept_manifest("api", running.name, stage.archive)
    assert (manifest.commit, manifest.build_url) == (running.commit, "")
    assert not manifest.knows_packages      # that commit has no requirements.txt
    assert stage.kept is None               # the push's own is no business of this


@pytest.mark.parametrize("break_it", [
    lambda world: setattr(world.clusters[HERE], "asgs", raises(Retryable("throttled"))),
    lambda world: world.images.images.clear(),
    lambda world: [world.images.images.update({name: replace(image, commit="")})
                   for name, image in world.images.images.items()]],
    ids=["AWS does not answer", "the AMI is gone", "the AMI does not say its commit"])
def test_where_nothing_is_known_of_what_runs_nothing_is_kept_and_no_push_stops(break_it):
    stage = Stage()
    break_it(stage.world)
    stage.keep_what_runs()
    assert stage.archive.keys("manifests/") == []
    assert stage.chat.room == []
