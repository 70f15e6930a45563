"""Keys and values compared, without what is secret."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain.changes.config import PERHAPS, KeyChange, key_changes
from include.domain.changes.libraries import How
from include.domain.changes.secrets import hidden_lines
from include.domain.hidden import HIDDEN, hide

KEY = "k" * 32
SECRET = "correct horse battery"
CONFIGS = st.dictionaries(st.sampled_from(["pool.size", "host", "db.password", "TOKEN"]), st.text(max_size=5))


def test_keys_that_came_went_and_changed_are_told_by_name():
    assert key_changes({"a": "1", "b": "2", "c": "3"}, {"b": "4", "c": "3", "d": "5"}) == (
        KeyChange("a", How.REMOVED, "1", ""), KeyChange("b", How.CHANGED, "2", "4"), KeyChange("d", How.ADDED, "", "5"))


@given(CONFIGS, CONFIGS)
def test_every_key_that_differs_is_told_and_no_other(old, new):
    differs = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
    assert {change.key for change in key_changes(old, new)} == differs


@pytest.mark.parametrize(("before", "after", "how"), [
    (hide("a", KEY, "x"), hide("b", KEY, "x"), How.CHANGED),
    (hide("a", KEY, "x"), hide("a", "K" * 32, "x"), PERHAPS),
    (HIDDEN, HIDDEN, PERHAPS),
], ids=["another secret", "another key of the markers", "no key"])
def test_a_hidden_value_is_told_to_have_changed_and_not_shown(before, after, how):
    assert key_changes({"db.host": before}, {"db.host": after}) == (KeyChange("db.host", how, HIDDEN, HIDDEN),)


def test_the_same_hidden_value_did_not_change():
    same = hide("a", KEY, "x")
    assert key_changes({"db.host": same}, {"db.host": same}) == ()


@pytest.mark.parametrize("key", [
    "password", "DB_PASSWORD", "dbPassword", "db.passwd", "passphrase", "client_secret", "API_KEY", "apiKey", "apikey",
    "auth.token", "AWS_SECRET_ACCESS_KEY", "aws.access_key_id", "privateKey", "credentials", "session-cookie",
    "jwt", "signing_key", "users.0.pwd", "Authorization", "salt"])
def test_a_value_whose_key_looks_like_a_secrets_is_never_shown(key):
    change, = key_changes({key: SECRET}, {key: "another"})
    assert (change.how, change.old, change.new) == (How.CHANGED, HIDDEN, HIDDEN)


@pytest.mark.parametrize("key", ["pool.size", "author", "keyboard", "compass", "monkey", "passenger.count", "host"])
def test_a_value_whose_key_does_not_is_shown(key):
    assert key_changes({}, {key: "some"})[0].new == "some"


@pytest.mark.parametrize("value", [
    "postgres://api:hunter2@db/api", "AKIAIOSFODNN7EXAMPLE", "ghp_" + "a1B2" * 9, "xoxb-12345678-abc",
    "-----BEGIN RSA PRIVATE KEY-----", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc"])
def test_a_value_that_looks_like_a_secret_is_never_shown_whatever_its_key(value):
    assert key_changes({}, {"host": f"x {value}"})[0].new == HIDDEN


@pytest.mark.parametrize("value", ["https://example.com/a/b", "ami-0123456789abcdef0", "2026-11-03T12:00:00Z",
                                   "arn:aws:iam::123456789012:role/api"])
def test_addresses_ids_and_times_are_no_secrets(value):
    assert key_changes({}, {"host": value})[0].new == value


def test_a_block_that_begins_and_ends_as_a_key_is_hidden_whole():
    lines = ["a", "-----BEGIN RSA PRIVATE KEY-----", "MIIE", "-----END RSA PRIVATE KEY-----", "b",
             "export DB_PASSWORD=x"]
    assert hidden_lines(lines) == ["a", HIDDEN, HIDDEN, HIDDEN, "b", HIDDEN]
