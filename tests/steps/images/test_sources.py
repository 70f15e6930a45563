"""What a commit says of its packages and its configuration, and what it does not."""

import json
from datetime import UTC, datetime

import pytest

from include.domain.hidden import differ, is_hidden
from include.domain.manifest import Manifest, Source
from include.steps.images import sources
from include.steps.images.sources import Sources
from tests.domain.packages.test_sbom import OF_AN_IMAGE
from tests.world.branches import InMemoryBranches
from tests.world.declared import REGIONS, service
from tests.world.records import InMemoryArchive

KEY = "k" * 32
EAST, WEST = REGIONS[:2]


def read(files, archived=(), *, key=KEY, commit=None, **manifest):
    branches, archive = InMemoryBranches(datetime(2026, 11, 3, tzinfo=UTC)), InMemoryArchive()
    sha = branches.push("prod", "a fix", files=files)
    for name, body in dict(archived).items():
        archive.put(name.replace("{commit}", sha), body, "application/json")
    found = Sources(sha if commit is None else commit, service(regions=2, manifest=manifest), branches, archive)
    packages, of_packages = found.packages()
    config, of_config = found.config(key)
    return Manifest("api-1", sha, "prod", "", None, packages, config, of_packages + of_config)


def test_packages_of_several_files_and_of_the_archive_are_one_list():
    manifest = read({"requirements.txt": b"flask==3.1.0\n"},
                    {"sboms/{commit}.json": json.dumps(OF_AN_IMAGE).encode()},
                    packages=["requirements.txt", "archive:sboms/{commit}.json"])
    assert {package.kind for package in manifest.packages} == {"pypi", "npm", "deb", "maven", ""}
    assert [source.path for source in manifest.sources] == ["requirements.txt", f"archive:sboms/{manifest.commit}.json"]
    assert manifest.knows_packages


def test_a_file_that_is_not_there_or_broken_is_said_and_the_others_are_read():
    manifest = read({"requirements.txt": b"flask==3.1.0\n", "bom.json": b"{}"},
                    packages=["requirements.txt", "bom.json", "web/package-lock.json", "archive:bom.json"])
    assert [package.name for package in manifest.packages] == ["flask"]
    assert not manifest.knows_packages
    assert manifest.unread == [
        "packages of bom.json: it has no bomFormat CycloneDX",
        f"packages of web/package-lock.json: commit {manifest.commit[:12]} has no such file",
        "packages of archive:bom.json: the archive has no such file"]


def test_config_is_read_for_each_environment_and_region_and_a_later_file_wins():
    manifest = read({"base.yaml": b"a: 1\nb: 1\n", "config/prod.yaml": b"b: 2\n",
                     f"config/prod/{WEST}.env": b"B=3\n"},
                    config=["base.yaml", "config/{environment}.yaml", "config/{environment}/{region}.env"])
    assert manifest.config_of("prod", "") == {"a": "1", "b": "2"}
    assert manifest.config_of("prod", WEST) == {"B": "3"}
    assert manifest.config_of("prod", EAST) == {}
    assert manifest.unread == []


def test_a_pattern_that_fits_no_file_is_said_and_its_places_are_not_known():
    manifest = read({"config/prod.yaml": b"b: 2\n"}, config=["config/{environment}.yaml", "conf/{region}.yaml"])
    assert manifest.config_of("prod", "") == {"b": "2"}
    assert manifest.config_of("prod", EAST) is None
    assert manifest.unread == [f"config of conf/{region}.yaml: commit {manifest.commit[:12]} has no such file"
                               for region in (EAST, WEST)]


def test_one_broken_file_leaves_the_other_regions_known():
    manifest = read({f"{EAST}.json": b"{", f"{WEST}.json": b'{"a": 1}'}, config=["{region}.json"])
    assert manifest.config_of("prod", EAST) is None
    assert manifest.config_of("prod", WEST) == {"a": "1"}
    assert manifest.unread == [f"config of {EAST}.json: it is no JSON at line 1"]


def test_a_secret_is_never_in_a_manifest_and_its_change_is_seen():
    before, after, same = (read({"prod.yaml": f"db: {{password: {word}, host: x}}\n".encode()}, config=["prod.yaml"])
                           .config_of("prod", "") for word in ("hunter2", "hunter3", "hunter2"))
    assert before["db.host"] == "x"
    assert is_hidden(before["db.password"])
    assert differ(before["db.password"], after["db.password"]) is True
    assert differ(before["db.password"], same["db.password"]) is False


def test_a_file_too_large_is_not_read(monkeypatch):
    monkeypatch.setattr(sources, "MOST_OF_CONFIG", 10)
    monkeypatch.setattr(sources, "MOST_OF_PACKAGES", 20)
    manifest = read({"a.yaml": b"a: 1234567\n", "b.yaml": b"a: 123456\n", "r.txt": b"flask==1 # the framework"},
                    config=["a.yaml"], packages=["r.txt"])
    assert manifest.unread == ["packages of r.txt: it has 24 bytes; at most 20 are read",
                               "config of a.yaml: it has 11 bytes; at most 10 are read"]
    assert read({"b.yaml": b"a: 123456\n"}, config=["b.yaml"]).config_of("prod", "") == {"a": "123456"}


@pytest.mark.parametrize(("commit", "says"), [
    ("", "the AMI does not say which commit it is of"), ("f" * 40, f"commit '{'f' * 40}': 0 commits have it")])
def test_an_ami_of_a_commit_that_is_not_known_says_so(commit, says):
    manifest = read({}, commit=commit, packages=["requirements.txt"], config=["prod.yaml"])
    assert manifest.sources == (Source("packages", "requirements.txt", unread=says),
                                Source("config", "prod.yaml", "prod", "", says))
