"""The manifest is kept once."""

from dataclasses import replace

from include.steps.images.manifest import keep_manifest, kept_manifest
from tests.domain.test_manifest import MANIFEST
from tests.world.records import InMemoryArchive


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
