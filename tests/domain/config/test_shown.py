"""A configuration as it is kept."""

from include.domain.config.shown import LONGEST, shown
from include.domain.hidden import HIDDEN, differ, is_hidden

KEY = "k" * 32


def kept(value, name="setting"):
    return shown({name: value}, KEY, "api", "prod", "")[name]


def test_a_secret_is_a_marker_and_all_else_is_as_it_was():
    assert kept("10") == "10"
    assert is_hidden(kept("hunter2", "db.password"))
    assert shown({"db.password": "hunter2"}, "", "api") == {"db.password": HIDDEN}


def test_nobody_passes_a_value_off_as_a_marker():
    assert kept(HIDDEN) != HIDDEN
    assert differ(kept(HIDDEN), kept("(hidden 01234567 0123456789abcdef)")) is True


def test_a_change_at_the_end_of_a_long_value_is_seen():
    first, second = (kept("a word " * LONGEST + end) for end in ("x", "y"))
    assert first != second
    assert len(first) < LONGEST + 100
