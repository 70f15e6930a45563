"""The bot's process: what it is given, and what it says of what it was not."""

import json

import pytest

from include.chat_bot.slack import SlackRoom
from include.chat_bot.xmpp import XmppRoom
from include.domain.errors import BadInput
from plugins import chat_bot, wiring
from tests.world.declared import service

AWS = {"conn_type": "aws", "login": "testing", "password": "testing", "extra": {"endpoint_url": "http://127.0.0.1:1"}}


@pytest.fixture
def declare(monkeypatch):
    def declared(connection: dict, **chat):
        made = service(chat={"room": "api@rooms.example.org", "connection": "chat"} | chat)
        monkeypatch.setenv("AIRFLOW_CONN_AWS_PROD", json.dumps(AWS))
        monkeypatch.setenv("AIRFLOW_CONN_CHAT", json.dumps(connection))
        monkeypatch.setattr(wiring, "declared", lambda _: made)
        monkeypatch.setattr(chat_bot, "load_services", lambda: {"api": made})
        return made
    return declared


def test_an_xmpp_room_is_made_from_its_connection(declare):
    made = declare({"conn_type": "generic", "login": "serin@example.org", "password": "secret"}, kind="xmpp")
    bot = chat_bot.bot_of(made)
    assert isinstance(bot._room, XmppRoom)
    assert "secret" not in repr(vars(bot))


def test_a_slack_room_is_made_by_the_providers_hook(declare):
    made = declare({"conn_type": "slack", "password": "xoxb-only-for-this-test"}, kind="slack", room="C0123")
    assert isinstance(chat_bot.bot_of(made)._room, SlackRoom)


def test_a_login_that_is_no_address_is_named(declare, capsys):
    declare({"conn_type": "generic", "login": "serin", "password": "secret"}, kind="xmpp")
    assert chat_bot.main([]) == 2
    assert "connection chat: its login must be the bot's address" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "says"), [(["nobody"], "no service 'nobody'; there are api"),
                                             (["api"], "the chat of api is of kind log, which hears nobody"),
                                             ([], "no service has a chat of kind xmpp or slack")])
def test_what_it_cannot_sit_in_is_said(monkeypatch, capsys, words, says):
    monkeypatch.setattr(chat_bot, "load_services", lambda: {"api": service()})
    assert chat_bot.main(words) == 2
    assert says in capsys.readouterr().err


def test_without_an_account_in_airflow_it_starts_nothing(declare):
    made = declare({"conn_type": "generic", "login": "serin@example.org", "password": "secret"}, kind="xmpp")
    assert chat_bot._start(made) is None


@pytest.mark.parametrize(("chat", "says"), [
    ({"kind": "xmpp", "room": "", "connection": ""}, "kind xmpp needs a room and a connection"),
    ({"kind": "log", "may_act": ["ada@example.org"], "connection": ""}, "kind log hears nobody")])
def test_a_chat_that_cannot_work_is_refused_when_it_is_declared(chat, says):
    with pytest.raises((BadInput, ValueError), match=says):
        service(chat={"room": "r", "connection": "c"} | chat)
