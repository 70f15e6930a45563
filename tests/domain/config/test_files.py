"""Files of configuration, as keys and values."""

from itertools import pairwise

import pytest

from include.domain.config.files import DEEPEST, MOST_KEYS, read_config
from include.domain.errors import BadInput

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in pairwise("abcdefghij"))


@pytest.mark.parametrize(("path", "body", "says"), [
    ("a.yaml", b"db: {host: x, ports: [1, 2]}\non: 2026-11-03\nnone:\n",
     {"db.host": "x", "db.ports.0": "1", "db.ports.1": "2", "true": "2026-11-03", "none": "null"}),
    ("a.yml", b"\xef\xbb\xbfkey: !vault |\n  secret\nlist: []\n", {"key": "secret\n", "list": "[]"}),
    ("a.json", b'{"a": {"b": true, "c": 1.50}, "d": "caf\xc3\xa9"}', {"a.b": "true", "a.c": "1.5", "d": "café"}),
    ("a.toml", b"[db]\nport = 5432\nat = 10:00:00\n[[hosts]]\nname = 'x'\n",
     {"db.port": "5432", "db.at": "10:00:00", "hosts.0.name": "x"}),
    ("a.properties", b"# x\ndb.host: x\\\n  y\nempty=\numlaut=\\u00fc\n",
     {"db.host": "xy", "empty": "", "umlaut": "ü"}),
    ("a.env", b"# x\nexport A='b c'\nB=${A}\nC=\n", {"A": "b c", "B": "${A}", "C": ""}),
    (".env.prod", b"A=1\n", {"A": "1"}),
    ("empty.yaml", b"\n", {}),
], ids=["yaml", "yaml with a tag", "json", "toml", "properties", "env", "env by name", "empty"])
def test_a_file_becomes_dotted_keys(path, body, says):
    assert read_config(path, body) == says


@pytest.mark.parametrize(("path", "body", "says"), [
    ("a.yaml", b"a: 1\nb: [hunter2\n", "it is no YAML at line 3"),
    ("a.yaml", b"a: !!python/object/apply:os.system [hunter2]\n", "it is no YAML at line 1"),
    ("a.yaml", b"--- 1\n--- 2\n", "it is no YAML at line 2"),
    ("a.json", b'{"a": hunter2}', "it is no JSON at line 1"),
    ("a.toml", b"a = hunter2", "it cannot be read as its name says: TOMLDecodeError"),
    ("a.env", b"A=1\n=hunter2\n", "it cannot be read at line 2"),
    ("a.properties", b"a=\\uhunt", "it cannot be read as its name says: InvalidUEscapeError"),
    ("a.yaml", b"a: \xff", "it is not UTF-8 at byte 3"),
    ("a.json", b"[" * 100_000, "it is nested too deeply"),
    ("a.json", b'{"a":' * (DEEPEST + 5) + b"1" + b"}" * (DEEPEST + 5), f"it is nested more than {DEEPEST} deep"),
    ("a.yaml", BOMB.encode(), f"it has more than {MOST_KEYS} keys"),
    ("a.yaml", b"a: &a [*a]\n", f"it is nested more than {DEEPEST} deep"),
], ids=["yaml", "an object of Python", "two documents", "json", "toml", "env", "properties", "bytes", "open brackets",
        "deep", "a bomb", "in itself"])
def test_what_is_wrong_is_said_without_a_word_of_the_file(path, body, says):
    with pytest.raises(BadInput) as wrong:
        read_config(path, body)
    assert str(wrong.value) == says
