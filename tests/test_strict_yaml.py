"""The fast reader of YAML and the strict one say the same, or the strict one is asked."""

import random
from pathlib import Path

import pytest
import yaml

from include.strict_yaml import _FastLoader, _Loader, loaded

LINES = (Path(__file__).parents[1] / "include" / "services" / "api.yaml").read_text().splitlines(keepends=True)
ODD = " \t\n:-[]{},#&*!|>'\"%@`?~0a1.\\\r\x85\u2028\ufeffé😀<="


def answer(text, loader):
    try:
        return repr(yaml.load(text, Loader=loader) if loader else loaded(text))
    except yaml.YAMLError as error:
        return str(error)


def slip(rnd):
    """Some lines of the example, as if somebody had mistyped them."""
    start = rnd.randrange(len(LINES))
    text = "".join(LINES[start:start + rnd.randrange(2, 12)])
    for _ in range(rnd.randrange(1, 5)):
        at = rnd.randrange(len(text) + 1)
        text = text[:at] + rnd.choice(ODD) * rnd.randrange(2) + text[at + rnd.randrange(2):]
    return text


@pytest.mark.parametrize("seed", range(4))
def test_what_is_mistyped_is_refused_or_read_as_the_strict_reader_does(seed):
    rnd = random.Random(seed)
    slips = [slip(rnd) for _ in range(300)]
    assert [text for text in slips if answer(text, None) != answer(text, _Loader)] == []


@pytest.mark.parametrize("text", ["a: {b?: 1}", "a:\tb", "! # x", "a: >#\n  b", "a: 1\n\ufeffb: 2", "x\x85: 1"])
def test_what_libyaml_alone_reads_otherwise_is_read_by_the_strict_reader(text):
    assert answer(text, None) == answer(text, _Loader)


def test_the_example_is_read_by_libyaml_where_it_is_there(monkeypatch):
    monkeypatch.setattr(_Loader, "__init__", None)
    assert loaded("".join(LINES))["service"] == "api"
    assert not yaml.__with_libyaml__ or issubclass(_FastLoader, yaml.CSafeLoader)
