"""What is said to the bot, and what is only said about it."""

import pytest

from include.chat_bot.commands import COMMANDS, Command, addressed, parse, usage


@pytest.mark.parametrize(("text", "said"), [
    ("serin: status", "status"), ("Serin, status?", "status?"), ("@serin status", "status"), ("serin status", "status"),
    ("serin: what is this", "what is this"), ("  serin:", ""), ("serin is a bird", None), ("serinus: status", None),
    ("ask serin: status", None), ("status", None), ("serin-status", None)])
def test_only_what_is_said_to_it_is_heard(text, said):
    assert addressed(text, "serin") == said


@pytest.mark.parametrize(("text", "command"), [
    ("status", Command("status")), ("STATUS?", Command("status")), ("where PROJ-1", Command("where", "PROJ-1")),
    ("history", Command("history")),
    ("next slot", Command("next slot")), ("next", Command("next slot")),
    ("roll back eu-west-1 it is slow", Command("roll back", "eu-west-1 it is slow")),
    ("rollback eu-west-1", Command("roll back", "eu-west-1")),
    ("roll_back eu-west-1", Command("roll back", "eu-west-1")), ("hold", Command("hold")),
    ("holding on", Command("")), ("whole", Command("")), ("", Command(""))])
def test_a_command_is_its_words_and_what_follows(text, command):
    assert parse(text) == command


def test_only_what_changes_something_acts():
    assert [name for name in COMMANDS if parse(name).acts] == ["hold", "resume", "roll back"]


def test_the_usage_has_every_command():
    assert all(line.startswith(name) for line, name in zip(usage().splitlines(), COMMANDS, strict=True))
