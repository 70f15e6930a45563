"""What people wrote, made fit to be shown."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from include.domain.changes.text import INSTEAD, one_line, shown


def test_what_turns_the_text_or_hides_is_replaced():
    assert shown("a\u202egpj.exe\u200b\x1b[31m\ud800", 100) == (
        f"a{INSTEAD}gpj.exe{INSTEAD}{INSTEAD}[31m{INSTEAD}")


def test_words_of_all_languages_and_line_ends_stay():
    text = "Zażółć gęślą\nשלום 你好 🙂"
    assert shown(text, 100) == text


def test_a_megabyte_is_cut():
    assert shown("x" * 1_000_000, 100) == "x" * 100 + "…"
    assert one_line("word " * 200_000, 20) == "word word word word…"


@given(st.text(st.characters(exclude_categories=[])))
def test_nothing_that_is_shown_is_a_control_character_and_all_of_it_can_be_written(text):
    told = shown(text, 50)
    assert len(told) <= 51
    assert not [c for c in told if unicodedata.category(c) in {"Cc", "Cs"} and c != "\n"]
    assert not set(told) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
    told.encode()
