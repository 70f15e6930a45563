"""What a package-lock.json installs."""

import json

import pytest

from include.domain.packages.listed import read_packages

V3 = {"lockfileVersion": 3, "packages": {
    "": {"name": "api", "version": "1.0.0"},
    "node_modules/@acme/player": {"version": "7.1.0"},
    "node_modules/express": {"version": "4.19.2"},
    "node_modules/express/node_modules/debug": {"version": "2.6.9"},
    "node_modules/debug": {"version": "4.3.4"},
    "node_modules/alias": {"name": "real", "version": "1.0.0"},
    "node_modules/jest": {"version": "29.0.0", "dev": True},
    "packages/local": {"version": "1.0.0"},
    "node_modules/local": {"resolved": "packages/local", "link": True},
    "node_modules/forked": {"version": "git+ssh://git@example.com/forked.git#abc"}}}
V1 = {"lockfileVersion": 1, "dependencies": {
    "@acme/player": {"version": "7.1.0"},
    "express": {"version": "4.19.2", "dependencies": {"debug": {"version": "2.6.9"}}},
    "debug": {"version": "4.3.4"},
    "jest": {"version": "29.0.0", "dev": True, "dependencies": {"x": {"version": "1"}}}}}
BOTH = {("@acme/player", "7.1.0", "pkg:npm/%40acme/player@7.1.0"), ("express", "4.19.2", "pkg:npm/express@4.19.2"),
        ("debug", "2.6.9", "pkg:npm/debug@2.6.9"), ("debug", "4.3.4", "pkg:npm/debug@4.3.4")}


def found(lock, path="web/package-lock.json"):
    listed = read_packages(path, json.dumps(lock).encode())
    assert listed.unread == ""
    return {(package.name, package.version, package.purl) for package in listed.packages}


def test_what_is_installed_is_listed_without_development_and_the_services_own():
    assert found(V1, "npm-shrinkwrap.json") == BOTH
    assert found(V3) - BOTH == {
        ("real", "1.0.0", "pkg:npm/real@1.0.0"),
        ("forked", "git+ssh://example.com/forked.git#abc",
         "pkg:npm/forked@git%2Bssh://example.com/forked.git%23abc")}
    assert found(V3) >= BOTH


@pytest.mark.parametrize(("body", "says"), [
    (b"{", "it is no JSON at line 1"), (b"{}", "it has no lockfileVersion"), (b"[]", "it has no lockfileVersion"),
    (b'{"lockfileVersion": 3, "packages": {"node_modules/x": 1}}', "it is not what its name says: AttributeError"),
    (b"\xff", "it is not UTF-8 at byte 0"), (b"[" * 100_000, "it is nested too deeply")],
    ids=["no JSON", "another file", "a list", "another shape", "bytes", "deep"])
def test_what_is_no_lock_is_said(body, says):
    listed = read_packages("package-lock.json", body)
    assert listed.unread.startswith(says)
    assert listed.packages == ()
