"""The demo's chat server is never started without a password; that it works is seen by the bot's own tests."""

import pytest

from include.demo import room


@pytest.mark.parametrize("password", [None, ""])
def test_without_a_password_there_is_no_room(monkeypatch, capsys, tmp_path, password):
    monkeypatch.setattr(room.os, "execvp", lambda *_: pytest.fail("prosody was started"))
    monkeypatch.delenv(room.PASSWORD, raising=False)
    if password is not None:
        monkeypatch.setenv(room.PASSWORD, password)
    assert room.main([str(tmp_path / "room.crt")]) == 2
    assert room.PASSWORD in capsys.readouterr().err


def test_the_bot_is_given_the_servers_certificate(monkeypatch, tmp_path):
    monkeypatch.setenv(room.PASSWORD, "secret")
    started = []
    monkeypatch.setattr(room.os, "execvp", lambda program, words: started.append(words))
    room.main([str(tmp_path / "room.crt")])
    assert "BEGIN CERTIFICATE" in (tmp_path / "room.crt").read_text()
    assert started[0][0] == "prosody"
