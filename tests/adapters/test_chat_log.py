"""The log as the team's room."""

import logging
from datetime import UTC, datetime

from include.adapters.chat.log import LogChat
from include.domain.announcements import Announcement, announcement


def said(text: str) -> Announcement:
    return announcement("api", "api-1", "score", "progress", text, datetime(2026, 1, 5, tzinfo=UTC))


def test_the_room_and_each_line_are_logged(caplog):
    with caplog.at_level(logging.INFO, "serin.chat"):
        LogChat("#api").say(said("go: score 97\nnext: us-east-1"))
    assert caplog.messages == ["[#api] api-1 score: go: score 97", "[#api] next: us-east-1"]


def test_control_characters_and_percent_signs_forge_nothing(caplog):
    with caplog.at_level(logging.INFO, "serin.chat"):
        LogChat("").say(said("100 %s \x1b[31mred\rfake"))
    assert caplog.messages == ["[log] api-1 score: 100 %s  [31mred", "[log] fake"]
