"""What a manifest knows, and what it knows that it does not know."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from include.domain.manifest import Manifest, Package, Source, manifest_key, read, sbom_key, written

MANIFEST = Manifest(
    "api-0123456789ab", "0123456789ab" + "0" * 28, "prod", "https://ci/7", datetime(2026, 11, 3, 10, tzinfo=UTC),
    (Package("flask", "3.1.0", "pypi", "pkg:pypi/flask@3.1.0"), Package("in-house", "7")),
    {"prod": {"": {"cache.size": "10"}, "us-east-1": {"cache.size": "20"}}},
    (Source("packages", "requirements.txt"), Source("config", "prod.yaml", "prod"),
     Source("config", "prod/us-east-1.yaml", "prod", "us-east-1"),
     Source("config", "prod/us-west-2.yaml", "prod", "us-west-2"),
     Source("config", "staging.yaml", "staging", unread="line 3 is no YAML")))


def test_a_manifest_comes_back_from_the_archive_as_it_was_kept():
    assert read(written(MANIFEST)) == MANIFEST
    unknown = replace(MANIFEST, built_at=None, packages=(), sources=())
    assert read(written(unknown)) == unknown


def test_what_a_later_version_added_is_passed_over():
    later = json.loads(written(MANIFEST))
    later["signed_by"], later["packages"][0]["licence"] = "Ada", "MIT"
    assert read(json.dumps(later).encode()) == MANIFEST


def test_config_that_could_not_be_read_is_not_taken_for_none():
    assert MANIFEST.config_of("prod", "us-east-1") == {"cache.size": "20"}
    assert MANIFEST.config_of("prod", "us-west-2") == {}
    assert MANIFEST.config_of("staging", "") is None
    assert MANIFEST.config_of("test", "") is None
    assert MANIFEST.unread == ["config of staging.yaml: line 3 is no YAML"]


def test_packages_are_known_where_every_source_of_them_was_read():
    assert MANIFEST.knows_packages
    half = (*MANIFEST.sources, Source("packages", "package-lock.json", unread="there is no such file"))
    assert not replace(MANIFEST, sources=half).knows_packages
    assert not replace(MANIFEST, sources=MANIFEST.sources[1:]).knows_packages


def test_any_name_that_aws_allows_has_one_key():
    assert manifest_key("api", "api-0123456789ab") == "manifests/api/api-0123456789ab.json"
    assert sbom_key("api", "api-0123456789ab") == "manifests/api/api-0123456789ab.cdx.json"
    assert manifest_key("api", "nightly/../x (7)") == "manifests/api/nightly%2F..%2Fx%20%287%29.json"
