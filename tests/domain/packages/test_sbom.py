"""SBOMs, as tools write them and as we do."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from include.domain.manifest import Package
from include.domain.packages.listed import MOST, read_packages
from include.domain.packages.sbom import READS, written_sbom
from tests.domain.test_manifest import MANIFEST

OF_AN_IMAGE = {
    "bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
        {"type": "library", "name": "openssl", "version": "3.0.11-1~deb12u2", "licenses": [{"license": {"id": "odd"}}],
         "purl": "pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=arm64"},
        {"type": "library", "group": "org.slf4j", "name": "slf4j-api", "version": "2.0.9",
         "purl": "pkg:maven/org.slf4j/slf4j-api@2.0.9"},
        {"type": "framework", "name": "bundle", "version": "1", "components": [
            {"type": "library", "group": "@acme", "name": "player", "version": "7",
             "purl": "pkg:npm/%40acme/player@7"}]},
        {"type": "library", "name": "odd\nname", "purl": "no purl at all"},
        {"type": "file", "name": "/etc/passwd"}]}


def test_an_sbom_of_an_image_gives_its_packages_of_every_kind():
    listed = read_packages("sbom.json", json.dumps(OF_AN_IMAGE).encode())
    assert listed.unread == ""
    assert listed.packages == (
        Package("@acme/player", "7", "npm", "pkg:npm/%40acme/player@7"),
        Package("bundle", "1"),
        Package("odd?name", ""),
        Package("openssl", "3.0.11-1~deb12u2", "deb", "pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=arm64"),
        Package("org.slf4j:slf4j-api", "2.0.9", "maven", "pkg:maven/org.slf4j/slf4j-api@2.0.9"))


@pytest.mark.parametrize("version", READS)
def test_every_version_that_tools_write_today_is_read(version):
    assert len(read_packages("sbom.json", json.dumps(OF_AN_IMAGE | {"specVersion": version}).encode()).packages) == 5


@pytest.mark.parametrize(("body", "says"), [
    ({"specVersion": "1.5"}, "it has no bomFormat CycloneDX"),
    ({"bomFormat": "CycloneDX", "specVersion": "9"}, "it is CycloneDX 9; known are 1.4, 1.5, 1.6, 1.7"),
    ({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{}]}, "it is not what its name says: KeyError: "),
    ([], "it is not what its name says: AttributeError"),
], ids=["another format", "another version", "a component without a name", "a list"])
def test_what_is_no_sbom_is_said(body, says):
    assert read_packages("sbom.json", json.dumps(body).encode()).unread.startswith(says)


def test_an_endless_one_is_cut_and_the_cut_is_said():
    many = [{"type": "library", "name": f"p{number}"} for number in range(MOST + 1)]
    listed = read_packages("sbom.json", json.dumps(OF_AN_IMAGE | {"components": many}).encode())
    assert len(listed.packages) == MOST
    assert listed.unread == f"it lists {MOST + 1} packages, of which {MOST} are kept"


def test_what_we_write_is_valid_says_what_it_is_of_and_is_always_the_same():
    body = written_sbom(MANIFEST, "api")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(body.decode()) is None
    said = json.loads(body)
    assert said["metadata"]["timestamp"].startswith("2026-11-03T10:00:00")
    assert (said["metadata"]["component"]["name"], said["metadata"]["component"]["version"]) == ("api", MANIFEST.commit)
    assert read_packages("sbom.json", body).packages == MANIFEST.packages
    assert written_sbom(MANIFEST, "api") == body
    assert written_sbom(replace(MANIFEST, built_at=MANIFEST.built_at + timedelta(1)), "api") != body


def test_an_sbom_without_a_package_or_a_date_is_valid_too():
    bare = replace(MANIFEST, packages=(), built_at=None, commit="")
    body = written_sbom(bare, "api")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(body.decode()) is None
    assert written_sbom(bare, "api") == body
