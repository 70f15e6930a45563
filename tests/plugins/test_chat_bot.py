"""The bot's process: what it is given, and what it says of what it was not."""

import asyncio
import json
from pathlib import Path

import pytest

from include.catalog import ServiceFile
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
        monkeypatch.setattr(chat_bot, "service_files", lambda: [ServiceFile(Path("api.yaml"), made, None)])
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
    assert chat_bot.main(["api"]) == 2
    assert "connection chat: its login must be the bot's address" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "says"), [(["nobody"], "no service 'nobody'; there are api"),
                                             (["api"], "the chat of api is of kind log, which hears nobody")])
def test_what_it_cannot_sit_in_is_said(monkeypatch, capsys, words, says):
    monkeypatch.setattr(chat_bot, "load_services", lambda: {"api": service()})
    assert chat_bot.main(words) == 2
    assert says in capsys.readouterr().err


XMPP = {"conn_type": "generic", "login": "serin@example.org", "password": "secret"}
BROKEN = ServiceFile(Path("broken.yaml"), None, BadInput("broken.yaml: chat.kind: 'irc' is not known"))


def test_one_bad_service_keeps_no_other_from_its_room(declare, monkeypatch, caplog):
    made = declare(XMPP, kind="xmpp")
    monkeypatch.setattr(chat_bot, "service_files", lambda: [BROKEN, ServiceFile(Path("api.yaml"), made, None)])
    bots = chat_bot.Bots()
    assert [bot._service for bot in bots.new()] == ["api"]
    assert bots.new() == []
    assert [record.getMessage() for record in caplog.records] == [
        "broken.yaml has no bot: broken.yaml: chat.kind: 'irc' is not known"]


def test_a_service_that_is_added_or_mended_gets_its_bot_without_a_restart(declare, monkeypatch, caplog):
    made = declare({**XMPP, "login": "no address"}, kind="xmpp")
    bots = chat_bot.Bots()
    assert bots.new() == []
    assert "api has no bot: connection chat: its login must be the bot's address" in caplog.text
    declare(XMPP, kind="xmpp")
    assert [bot._service for bot in bots.new()] == [made.service]


def test_while_nobody_hears_it_waits_and_says_so_once(monkeypatch, caplog):
    monkeypatch.setattr(chat_bot, "service_files", lambda: [ServiceFile(Path("api.yaml"), service(), None)])
    bots = chat_bot.Bots()
    assert bots.new() == bots.new() == []
    assert [record.getMessage() for record in caplog.records] == ["no service has a chat of kind xmpp or slack yet"]


def test_a_folder_that_is_not_there_yet_is_waited_for(monkeypatch, tmp_path, caplog):
    monkeypatch.setenv("SERIN_SERVICES", str(tmp_path / "none"))
    assert chat_bot.Bots().new() == []
    assert "the folder of services is not there" in caplog.text


def test_that_it_lives_is_seen_at_its_file(monkeypatch, tmp_path):
    monkeypatch.setattr(chat_bot, "ALIVE_SECONDS", 0.01)

    async def sit():
        sitting = asyncio.create_task(chat_bot._let_sit(chat_bot.Bots(), tmp_path / "alive"))
        for _ in range(2):
            async with asyncio.timeout(5):
                while not (tmp_path / "alive").exists():
                    await asyncio.sleep(0.001)
            (tmp_path / "alive").unlink()
        sitting.cancel()

    monkeypatch.setattr(chat_bot, "service_files", list)
    asyncio.run(sit())


def test_without_an_account_in_airflow_it_starts_nothing(declare):
    made = declare({"conn_type": "generic", "login": "serin@example.org", "password": "secret"}, kind="xmpp")
    assert chat_bot._start(made) is None


@pytest.mark.parametrize(("chat", "says"), [
    ({"kind": "xmpp", "room": "", "connection": ""}, "kind xmpp needs a room and a connection"),
    ({"kind": "log", "may_act": ["ada@example.org"], "connection": ""}, "kind log hears nobody")])
def test_a_chat_that_cannot_work_is_refused_when_it_is_declared(chat, says):
    with pytest.raises((BadInput, ValueError), match=says):
        service(chat={"room": "r", "connection": "c"} | chat)
