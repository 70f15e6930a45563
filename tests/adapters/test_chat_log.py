"""The log as the team's room."""

import logging

from include.adapters.chat.log import LogChat


def test_the_room_and_each_line_are_logged(caplog):
    with caplog.at_level(logging.INFO, "serin.chat"):
        LogChat("#api").say("go: score 97\nnext: us-east-1")
    assert caplog.messages == ["[#api] go: score 97", "[#api] next: us-east-1"]


def test_control_characters_and_percent_signs_forge_nothing(caplog):
    with caplog.at_level(logging.INFO, "serin.chat"):
        LogChat("").say("100 %s \x1b[31mred\rfake")
    assert caplog.messages == ["[log] 100 %s  [31mred", "[log] fake"]
