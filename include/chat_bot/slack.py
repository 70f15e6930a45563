"""A Slack channel as the bot's room: a thread for each push; what somebody should look at is shown in the channel, too.

What a message told is in its metadata, so the channel's own history says after a restart what was told, and to which
thread a push belongs. The client is Slack's own, made by the provider's hook.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from include.chat_bot.commands import addressed
from include.chat_bot.room import Heard
from include.domain.announcements import Message

log = logging.getLogger("serin.chat_bot.slack")
EVENT = "serin_told"
HISTORY = 200
LOOK_SECONDS, MOST_SECONDS = 5.0, 60.0


class SlackRoom:
    """`channel` is its id (C0123…): a name can be given to another channel. Its bot needs the scopes chat:write,
    channels:history, channels:read, channels:manage for the topic, and users:read."""

    def __init__(self, client: WebClient, channel: str, nick: str, every: float = LOOK_SECONDS):
        self._client, self._channel, self._nick, self._every = client, channel, nick, every
        self._seen: set[str] = set()
        self._threads: dict[str, str] = {}
        self._topic: str | None = None
        self._me = ""
        self._heard: asyncio.Queue[Heard] = asyncio.Queue()
        self._there, self._newest = False, "0"

    @property
    def there(self) -> bool:
        return self._there

    @property
    def seen(self) -> set[str]:
        return self._seen

    async def stay(self) -> None:
        """Looks for what is said every few seconds: that needs no address that Slack could reach."""
        pause = self._every
        while True:
            try:
                await (self._look() if self._there else self._enter())
                pause = self._every
            except Exception as error:
                log.warning("the channel cannot be read: %s", _said(error))
                self._there, pause = False, min(2 * pause, MOST_SECONDS)
            await asyncio.sleep(pause)

    async def tell(self, message: Message) -> bool:
        thread = self._threads.get(message.about)
        sent = await self._call(self._client.chat_postMessage, text=_plain(message.text), unfurl_links=False,
                                metadata={"event_type": EVENT, "event_payload": {"ids": " ".join(message.ids),
                                                                                 "about": message.about}},
                                **({"thread_ts": thread, "reply_broadcast": message.loud} if thread else {}))
        self._threads.setdefault(message.about, sent["ts"])
        self._seen.update(message.ids)
        return True

    async def set_topic(self, text: str) -> None:
        text = _plain(text)[:250]       # Slack takes no more
        if text != self._topic:
            await self._call(self._client.conversations_setTopic, topic=text)
            self._topic = text

    async def heard(self) -> AsyncIterator[Heard]:
        while True:
            yield await self._heard.get()

    async def answer(self, heard: Heard, text: str) -> None:
        await self._call(self._client.chat_postMessage, text=_plain(text), thread_ts=heard.where, unfurl_links=False)

    async def _enter(self) -> None:
        """Everything that was told before is read back first, so that none of it is told again."""
        self._me = (await self._call(self._client.auth_test, channel=False))["user_id"]
        info = await self._call(self._client.conversations_info)
        self._topic = info["channel"].get("topic", {}).get("value")
        found = await self._call(self._client.conversations_history, limit=HISTORY, include_all_metadata=True)
        for message in reversed(found["messages"]):
            self._note(message)
            if message.get("reply_count"):
                replies = await self._call(self._client.conversations_replies, ts=message["ts"], limit=HISTORY,
                                           include_all_metadata=True)
                for reply in replies["messages"]:
                    self._note(reply)
            self._newest = max(self._newest, message["ts"])
        self._there = True

    async def _look(self) -> None:
        found = await self._call(self._client.conversations_history, oldest=self._newest, limit=HISTORY)
        for message in reversed(found["messages"]):
            self._newest = max(self._newest, message["ts"])
            said = self._addressed(message.get("text", ""))
            if said is not None and message.get("user") not in (None, self._me) and not message.get("bot_id"):
                self._heard.put_nowait(Heard(said, f"<@{message['user']}>", message["user"], message["ts"]))

    def _addressed(self, text: str) -> str | None:
        mention = re.match(rf"\s*<@{re.escape(self._me)}>[:,]?\s*(.*)", text, re.DOTALL)
        return mention[1].strip() if mention else addressed(text, self._nick)

    def _note(self, message: dict[str, Any]) -> None:
        told = message.get("metadata") or {}
        if message.get("user") != self._me or told.get("event_type") != EVENT:
            return
        payload = told.get("event_payload", {})
        self._seen.update(str(payload.get("ids", "")).split())
        self._threads.setdefault(str(payload.get("about", "")), message.get("thread_ts") or message["ts"])

    async def _call(self, call: Callable[..., Any], *, channel: bool = True, **named: Any) -> Any:
        return await asyncio.to_thread(call, **({"channel": self._channel} if channel else {}), **named)


def _plain(text: str) -> str:
    """Slack reads `<!channel>` and `<https://…|text>` as commands: what people wrote is text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _said(error: Exception) -> str:
    """Slack's own word for it; the whole error has what was sent."""
    return error.response.get("error", "refused") if isinstance(error, SlackApiError) else type(error).__name__
