"""The bot in a Slack channel, against a server that answers as Slack's API does."""

import asyncio
import json
from contextlib import contextmanager

from slack_sdk import WebClient

from include.chat_bot.slack import SlackRoom
from include.domain.announcements import Message
from tests.chat_bot.server import serving
from tests.chat_bot.test_xmpp import sitting, until


class Channel:
    """What Slack keeps of one channel."""

    def __init__(self):
        self.messages: list[dict] = []
        self.topic, self.down = "", False

    def answer(self, method, path, headers, said):
        if self.down:
            return 500, {"ok": False}
        return 200, {"ok": True} | getattr(self, f"_{path.rpartition('/')[2].replace('.', '_')}")(said)

    def says(self, user: str, text: str) -> None:
        self._keep({"user": user, "text": text})

    def _keep(self, message: dict) -> dict:
        message = message | {"ts": f"{1_000_000 + len(self.messages)}.000000"}
        self.messages.append(message)
        return message

    def _auth_test(self, said):
        return {"user_id": "UBOT"}

    def _conversations_info(self, said):
        return {"channel": {"topic": {"value": self.topic}}}

    def _conversations_setTopic(self, said):
        self.topic = said["topic"]
        return {}

    def _chat_postMessage(self, said):
        metadata = said.get("metadata")
        metadata = json.loads(metadata) if isinstance(metadata, str) else metadata
        kept = self._keep({"user": "UBOT", "bot_id": "B1", "text": said["text"], "metadata": metadata,
                           "broadcast": str(said.get("reply_broadcast")).lower() in ("true", "1")}
                          | ({"thread_ts": said["thread_ts"]} if "thread_ts" in said else {}))
        return {"ts": kept["ts"]}

    def _conversations_history(self, said):
        oldest = said.get("oldest", "0")
        top = [one | {"reply_count": sum(other.get("thread_ts") == one["ts"] for other in self.messages)}
               for one in self.messages if "thread_ts" not in one and one["ts"] > oldest]
        return {"messages": top[::-1]}

    def _conversations_replies(self, said):
        return {"messages": [one for one in self.messages if said["ts"] in (one["ts"], one.get("thread_ts"))]}


@contextmanager
def slack(channel):
    with serving(channel.answer) as url:
        yield lambda: SlackRoom(WebClient(token="xoxb-only-for-this-test", base_url=f"{url}/api/"), "C1", "serin", 0.05)


def play(channel, story):
    with slack(channel) as room:
        asyncio.run(story(room))


START = Message(("a1",), "commit 1 is on its way", "api-1")


def test_a_push_is_one_thread_and_what_matters_is_in_the_channel_too():
    channel = Channel()

    async def story(made):
        room = made()
        async with sitting(room):
            await until(lambda: room.there)
            for message in (START, Message(("a2",), "go", "api-1"), Message(("a3",), "Success", "api-1", loud=True)):
                assert await room.tell(message)
            await room.set_topic("api · last: <b>")
    play(channel, story)
    first, second, third = channel.messages
    assert "thread_ts" not in first
    assert [one["thread_ts"] for one in (second, third)] == [first["ts"]] * 2
    assert [one["broadcast"] for one in (second, third)] == [False, True]
    assert channel.topic == "api · last: &lt;b&gt;"


def test_after_a_restart_it_knows_what_it_told_and_where():
    channel = Channel()

    async def story(made):
        room = made()
        async with sitting(room):
            await until(lambda: room.there)
            await room.tell(START)
            await room.tell(Message(("a2",), "go", "api-1"))
        again = made()
        async with sitting(again):
            await until(lambda: again.there)
            assert again.seen == {"a1", "a2"}
            await again.tell(Message(("a3",), "more", "api-1"))
    play(channel, story)
    assert channel.messages[2]["thread_ts"] == channel.messages[0]["ts"]


def test_what_somebody_else_wrote_is_never_taken_for_its_own():
    channel = Channel()
    channel.messages.append({"user": "UEVE", "ts": "1.0", "text": "x", "metadata": {
        "event_type": "serin_told", "event_payload": {"ids": "a1", "about": "api-1"}}})

    async def story(made):
        room = made()
        async with sitting(room):
            await until(lambda: room.there)
            assert room.seen == set()
    play(channel, story)


def test_it_hears_who_speaks_to_it_by_the_id_that_slack_vouches_for_and_answers_in_the_thread():
    channel = Channel()
    heard = []

    async def story(made):
        room = made()

        async def listen():
            async for one in room.heard():
                heard.append(one)
                await room.answer(one, "<!channel> & so")
        listening = asyncio.create_task(listen())
        async with sitting(room):
            await until(lambda: room.there)
            channel.says("UADA", "good morning")
            channel.says("UADA", "<@UBOT> status")
            channel.says("UADA", "serin: history")
            await until(lambda: len(heard) == 2)
            await until(lambda: len(channel.messages) == 5)
        listening.cancel()
    play(channel, story)
    assert [(one.text, one.account) for one in heard] == [("status", "UADA"), ("history", "UADA")]
    answer = channel.messages[-1]
    assert answer["text"] == "&lt;!channel&gt; &amp; so"
    assert answer["thread_ts"] == channel.messages[2]["ts"]


def test_a_slack_that_is_away_is_waited_for():
    channel = Channel()

    async def story(made):
        room = made()
        async with sitting(room):
            await until(lambda: room.there)
            channel.down = True
            await until(lambda: not room.there)
            channel.down = False
            await until(lambda: room.there)
    play(channel, story)
