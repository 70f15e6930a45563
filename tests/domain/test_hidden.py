"""A secret is told to have changed, or not, and nothing else."""

import pytest

from include.domain.errors import BadInput
from include.domain.hidden import HIDDEN, differ, hide, is_hidden

KEY, OTHER = "k" * 32, "o" * 32
AT = ("api", "prod", "", "db.password")


def test_a_secret_that_changed_differs_and_one_that_did_not_is_the_same():
    before = hide("hunter2", KEY, *AT)
    assert differ(before, hide("hunter3", KEY, *AT)) is True
    assert differ(before, hide("hunter2", KEY, *AT)) is False


@pytest.mark.parametrize("after", [HIDDEN, hide("hunter2", OTHER, *AT)], ids=["no key", "another key"])
def test_without_the_same_key_nothing_is_told(after):
    assert differ(hide("hunter2", KEY, *AT), after) is None
    assert differ(after, HIDDEN) is None


def test_a_value_that_became_a_secret_changed():
    assert differ("false", hide("hunter2", KEY, *AT)) is True
    assert differ("a", "a") is False


def test_nothing_of_the_secret_or_the_key_is_shown_and_no_two_places_look_alike():
    marker = hide("hunter2", KEY, *AT)
    assert is_hidden(marker)
    assert is_hidden(HIDDEN)
    assert "hunter2" not in marker
    assert marker != hide("hunter2", KEY, "api", "staging", "", "db.password")
    assert hide("ab", KEY, "a", "b") != hide("b", KEY, "a", "ba")


@pytest.mark.parametrize("value", ["(hidden) ", "hidden", "(hidden 12345678)", "hunter2"])
def test_what_only_looks_alike_is_no_marker(value):
    assert not is_hidden(value)


def test_a_key_that_could_be_guessed_is_refused():
    with pytest.raises(BadInput, match="has 7 characters; at least 32"):
        hide("hunter2", "letmein", *AT)
