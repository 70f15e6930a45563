"""A room of an XMPP server (XEP-0045) as the bot's room.

A message counts as told once the server has given it back, as it does to everybody in the room; who was told what is in
each message, so the room's own history says it after a restart.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import SubElement

from slixmpp import ClientXMPP
from slixmpp.exceptions import IqError, IqTimeout, PresenceError
from slixmpp.stanza import Message as Stanza

from include.chat_bot.commands import addressed
from include.chat_bot.room import Heard
from include.domain.announcements import Message, printable

log = logging.getLogger("serin.chat_bot.xmpp")
TOLD = "{urn:serin:told}told"
HISTORY = 200               # messages that are read back when the room is entered
ECHO_SECONDS, JOIN_SECONDS, AGAIN_SECONDS = 10.0, 30.0, 2.0
NEW_ROOM = 201              # status code of a room that this bot has just made, and that is locked until it is set up
# The real address of who speaks must be seen: a nick is anybody's to take.
ROOM = {"muc#roomconfig_persistentroom": True, "muc#roomconfig_whois": "anyone", "muc#roomconfig_changesubject": False,
        "muc#roomconfig_historylength": "50"}


@dataclass(frozen=True)
class Account:
    """How to sign in. Passwords go over TLS only; `ca_file` is the server's own authority, where it has one."""

    jid: str
    password: str
    host: str = ""
    port: int = 0
    ca_file: str = ""


class XmppRoom:
    def __init__(self, account: Account, room: str, nick: str):
        self._account, self._name, self._nick = account, room, nick
        self._seen: set[str] = set()
        self._echoes: dict[str, asyncio.Event] = {}
        self._topic: str | None = None
        self._heard: asyncio.Queue[Heard] = asyncio.Queue()
        self._session = self._joined = False
        self._client: ClientXMPP | None = None

    @property
    def there(self) -> bool:
        return self._joined

    @property
    def seen(self) -> set[str]:
        return self._seen

    async def stay(self) -> None:
        self._client = client = self._made()
        self._connect()
        try:
            await asyncio.Event().wait()
        finally:
            self._joined = False
            client.del_event_handler("disconnected", self._lost)
            await client.disconnect(wait=1.0)

    async def tell(self, message: Message) -> bool:
        stanza = self._client.make_message(mto=self._name, mbody=message.text, mtype="groupchat")
        stanza["id"] = f"serin-{message.ids[-1]}"
        SubElement(stanza.xml, TOLD).text = " ".join(message.ids)
        echo = self._echoes.setdefault(stanza["id"], asyncio.Event())
        stanza.send()
        try:
            async with asyncio.timeout(ECHO_SECONDS):   # `wait_for` may swallow that it is cancelled, and never end
                await echo.wait()
        except TimeoutError:
            return False
        finally:
            self._echoes.pop(stanza["id"], None)
        return True

    async def set_topic(self, text: str) -> None:
        if text != self._topic:
            self._topic = text
            self._client.plugin["xep_0045"].set_subject(self._name, text)

    async def heard(self) -> AsyncIterator[Heard]:
        while True:
            yield await self._heard.get()

    async def answer(self, heard: Heard, text: str) -> None:
        to, kind = heard.where
        said = printable(f"{heard.who}: {text}" if kind == "groupchat" else text)
        self._client.send_message(mto=to, mbody=said, mtype=kind)

    def _made(self) -> ClientXMPP:
        client = ClientXMPP(self._account.jid, self._account.password)
        for plugin in ("xep_0045", "xep_0203"):
            client.register_plugin(plugin)
        client.register_plugin("xep_0199", {"keepalive": True, "interval": 60, "timeout": 30})
        if self._account.ca_file:
            client.ca_certs = Path(self._account.ca_file)
        client.add_event_handler("session_start", self._enter)
        client.add_event_handler("disconnected", self._lost)
        client.add_event_handler("failed_all_auth", lambda _: log.error("%s may not sign in", self._account.jid))
        client.add_event_handler("groupchat_message", self._spoken)
        client.add_event_handler("groupchat_subject", self._titled)
        client.add_event_handler("message", self._whispered)
        client.add_event_handler(f"muc::{self._name}::got_offline", self._left)
        return client

    def _connect(self) -> None:
        """It tries until there is a server."""
        host = self._account.host or None
        self._client.connect(host, self._account.port or 5222) if host else self._client.connect()

    async def _lost(self, _: object) -> None:
        """While it connects, slixmpp tries the next way by itself; here a session ended."""
        if not self._session:
            return
        self._session = self._joined = False
        log.warning("the server is away; %s is entered again once it is back", self._name)
        await asyncio.sleep(AGAIN_SECONDS)
        self._connect()

    async def _left(self, presence: object) -> None:
        """Out of the room, by a hand or because it was closed: in again."""
        if self._joined and presence["muc"]["nick"] == self._nick:
            self._joined = False
            await asyncio.sleep(AGAIN_SECONDS)
            await self._enter(presence)

    async def _enter(self, _: object) -> None:
        self._session = True
        self._client.send_presence()
        muc = self._client.plugin["xep_0045"]
        try:
            presence, subject, _, history = await muc.join_muc_wait(self._name, self._nick, maxstanzas=HISTORY,
                                                                    timeout=JOIN_SECONDS)
            if NEW_ROOM in presence["muc"]["status_codes"]:
                await self._set_up(muc)
        except (PresenceError, IqError, IqTimeout, TimeoutError) as error:
            log.warning("%s cannot be entered: %s; it is tried again", self._name, type(error).__name__)
            await asyncio.sleep(AGAIN_SECONDS)
            self._client.disconnect()     # `_lost` begins anew
            return
        for message in history:
            self._note(message)
        self._topic, self._joined = subject["subject"] or None, True

    async def _set_up(self, muc: object) -> None:
        form = await muc.get_room_config(self._name)
        fields = form.get_fields()
        for name, value in ROOM.items():
            if name in fields:
                fields[name]["value"] = value
        form["type"] = "submit"
        await muc.set_room_config(self._name, form)

    def _spoken(self, message: Stanza) -> None:
        if message["mucnick"] == self._nick:
            self._note(message)
            if echo := self._echoes.get(message["id"]):
                echo.set()
            return
        said = addressed(message["body"], self._nick)
        if said is None or message.xml.find("{urn:xmpp:delay}delay") is not None:
            return
        nick = message["mucnick"]
        self._heard.put_nowait(Heard(said, nick, self._account_of(nick), (self._name, "groupchat")))

    def _whispered(self, message: Stanza) -> None:
        """Said to the bot alone: from within the room, or from an address of its own."""
        if message["type"] not in ("chat", "normal") or not message["body"]:
            return
        sender = message["from"]
        of_room = sender.bare == self._name
        said = addressed(message["body"], self._nick) or message["body"].strip()
        who, account = (sender.resource, self._account_of(sender.resource)) if of_room else (sender.bare, sender.bare)
        self._heard.put_nowait(Heard(said, who, account, (sender, "chat")))

    def _account_of(self, nick: str) -> str:
        """The real address, without the device; "" where the room does not show it."""
        jid = self._client.plugin["xep_0045"].get_jid_property(self._name, nick, "jid")
        return str(jid).partition("/")[0] if jid else ""

    def _titled(self, message: Stanza) -> None:
        self._topic = message["subject"]

    def _note(self, message: Stanza) -> None:
        told = message.xml.find(TOLD)
        if told is not None and message["mucnick"] == self._nick:
            self._seen.update((told.text or "").split())

