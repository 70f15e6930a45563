"""No secret is kept, and what people must see of a configuration is not hidden with it."""

import string
from base64 import b64encode
from random import Random

import pytest

from include.domain.config.secret_values import is_secret, looks_random


@pytest.mark.parametrize("key", [
    "db.password", "DB_PASSWORD", "dbPassword", "mysqlpasswd", "smtp.pwd", "jwt.signing-key", "apikey", "api-key",
    "AWS_SECRET_ACCESS_KEY", "stripe.secret", "github_token", "tokens.0", "credentials.user", "tls.private_key",
    "basic_auth.value", "session.cookie", "HASH_SALT",
    "sentry.dsn", "STORAGE_CONNECTION_STRING", "connectionString", "slackWebhook", "gitPat"])
def test_what_is_called_a_secret_is_one(key):
    assert is_secret(key, "x")


@pytest.mark.parametrize("value", [
    "postgres://api:hunter2@db.internal/api", "redis://:hunter2@cache:6379/0", "Server=db;User=a;Password=hunter2;",
    '{"user": "a", "password": "b"}', "https://x.blob.core.windows.net/c?sv=2020&sig=abc%2B",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIE", "AKIAIOSFODNN7EXAMPLE", "Zx8tQ/2mLr9vKp+4sWn7bYc1HdG6fJq3uEoTi5aR",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a", "xoxb-123456789012-abcdefghijkl", "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N", "Bearer abcdefgh12345678",
    "https://hooks.slack.com/services/T0/B0/x", "{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr",
    "9f86d081884c7d659a2feaa0c55ad015", "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12", "$2b$12$KIXQ",
    "sk-proj-abcdefghijklmnop", "jdbc:postgresql://db/api?user=a&password=hunter2"])
def test_what_looks_like_a_secret_is_one_whatever_it_is_called(value):
    assert is_secret("setting", value)


@pytest.mark.parametrize(("key", "value"), [
    ("cache.size", "10"), ("feature.new_player.enabled", "true"), ("auth.enabled", "false"), ("db.password", ""),
    ("db.host", "api-prod-1.cluster-c7x2kq.us-east-1.rds.amazonaws.com"), ("db.url", "postgres://db.internal:5432/api"),
    ("image", "ami-0123456789abcdef0"), ("subnet", "subnet-0123456789abcdef0"), ("tokenizer.path", "/srv/vocab"),
    ("role", "arn:aws:iam::123456789012:role/api-prod-instance-2"), ("bucket", "viewing-history-eu-west-1-2026-logs"),
    ("tenant", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"), ("build", "20261103T100000Z"),
    ("handler", "com.example.player.DefaultManifestCacheFactory2"), ("jvm", "-XX:MaxRAMPercentage=75 -XX:+UseG1GC"),
    ("greeting", "Guten Abend, liebe Zuschauerinnen und Zuschauer"), ("max_connections", "1000"),
    ("hosts.0", "ip-10-0-12-34.us-west-2.compute.internal"), ("passthrough", "on"), ("monkey", "see")])
def test_what_people_must_see_is_shown(key, value):
    assert not is_secret(key, value)


@pytest.mark.parametrize(("letters", "length"), [
    (string.ascii_letters + string.digits, 32), ("0123456789abcdef", 32), (string.ascii_lowercase + string.digits, 40)],
    ids=["base62", "hex", "base36"])
def test_random_values_are_seen_to_be_random(letters, length):
    chosen = Random(7)
    seen = sum(looks_random("".join(chosen.choices(letters, k=length))) for _ in range(2000))
    assert seen > 0.97 * 2000


def test_so_are_random_bytes_in_base64():
    chosen = Random(7)
    assert sum(looks_random(b64encode(chosen.randbytes(32)).decode()) for _ in range(2000)) > 0.97 * 2000


@pytest.mark.timeout(5)
@pytest.mark.parametrize("part", ["a", "password", "://", "x:", "a1", "a/"])
def test_a_value_as_long_as_a_file_is_looked_through_at_once(part):
    is_secret("setting", part * 500_000)


@pytest.mark.parametrize("key", ["a.b", "monkeys", "key_word_less"])
def test_only_a_whole_word_counts_where_a_word_is_short(key):
    assert is_secret(key, "x") == (key == "key_word_less")
