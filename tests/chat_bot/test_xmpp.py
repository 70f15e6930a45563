"""The bot in a real XMPP room: nothing lost, nothing twice, also where the server dies in between."""

import asyncio
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest

from include.adapters.chat.outbox import OutboxChat
from include.chat_bot.bot import Bot
from include.chat_bot.delivery import Delivery
from include.chat_bot.xmpp import Account, XmppRoom
from include.domain.announcements import Kind, announcement
from tests.chat_bot.prosody import HOST, PASSWORD, ROOMS, Prosody, needs_prosody
from tests.world.records import InMemoryArchive, InMemoryMeter

pytestmark = needs_prosody
PUSH = "api-20260105T120000-abc123"
ROOM = f"api@{ROOMS}"
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
HOSTILE = "<b>bold</b> & <script/> ]]> \x07 \u202e"


class Person(XmppRoom):
    """Somebody else in the room, who remembers what is said there and what it is called."""

    def __init__(self, account, room, nick):
        super().__init__(account, room, nick)
        self.read: list[str] = []
        self.titles: list[str] = []

    def _spoken(self, message):
        self.read.append(message["body"])

    def _whispered(self, message):
        if message["type"] == "chat":
            self.read.append(message["body"])

    def _titled(self, message):
        self.titles.append(message["subject"])

    def ask(self, text: str) -> None:
        self._client.send_message(mto=self._name, mbody=text, mtype="groupchat")

    def whisper(self, to: str, text: str) -> None:
        self._client.send_message(mto=f"{self._name}/{to}", mbody=text, mtype="chat")


@pytest.fixture
def server(tmp_path):
    prosody = Prosody(tmp_path, ("serin", "ada"))
    prosody.start()
    yield prosody
    prosody.kill()


class Stage:
    def __init__(self, server: Prosody):
        self.server, self.archive, self.minute = server, InMemoryArchive(), 0
        self.meter = InMemoryMeter()
        self.asked: list[tuple[str, str, str]] = []

    def bot(self) -> Bot:
        return Bot("api", XmppRoom(self.account("serin"), ROOM, "serin"), Delivery("api", "xmpp", self.archive),
                   lambda: NOON, self.answer, self.meter, every=0.1)

    def account(self, user: str) -> Account:
        return Account(f"{user}@{HOST}", PASSWORD, "127.0.0.1", self.server.port, str(self.server.ca_file))

    def answer(self, heard, announced) -> str:
        self.asked.append((heard.text, heard.who, heard.account))
        return f"{len(announced)} announcements"

    def say(self, text: str, kind: Kind = Kind.PROGRESS, about: str = PUSH) -> None:
        self.minute += 1
        OutboxChat(self.archive).say(announcement("api", about, "score", kind, text,
                                                  NOON + timedelta(minutes=self.minute)))


@asynccontextmanager
async def sitting(*who):
    """Bots and people in the room; gone at the end."""
    tasks = [asyncio.create_task(one.sit() if isinstance(one, Bot) else one.stay()) for one in who]
    try:
        yield
        for task in tasks:
            assert not task.done(), task.exception()
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError, BaseExceptionGroup):
                await task


async def until(true, seconds: float = 30):
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


def story(stage, play):
    asyncio.run(play(stage))


def test_start_finish_and_topic_are_in_the_room_and_a_hostile_word_is_only_text(server):
    async def play(stage):
        ada = Person(stage.account("ada"), ROOM, "ada")
        bot = stage.bot()
        async with sitting(bot):
            await until(lambda: bot._room.there)
            async with sitting(ada):
                await until(lambda: ada.there)
                stage.say("commit 0123 is on its way", Kind.START)
                await until(lambda: len(ada.read) == 1)
                await until(lambda: "now: commit 0123 is on its way" in (ada.titles or [""])[-1])
                stage.say(HOSTILE, Kind.FINISH)
                await until(lambda: len(ada.read) == 2)
                await until(lambda: "nothing is on its way" in ada.titles[-1])
        assert ada.read[0] == f"{PUSH} score: commit 0123 is on its way"
        assert "<b>bold</b> & <script/> ]]>" in ada.read[1]
    story(Stage(server), play)


def test_it_answers_who_speaks_to_it_in_the_room_and_in_private_and_knows_their_real_address(server):
    async def play(stage):
        ada, bot = Person(stage.account("ada"), ROOM, "Ada"), stage.bot()
        async with sitting(bot):
            await until(lambda: bot._room.there)
            async with sitting(ada):
                await until(lambda: ada.there)
                stage.say("go")
                await until(lambda: len(ada.read) == 1)
                ada.ask("serin is a bird")
                ada.ask("Serin: history")
                await until(lambda: "Ada: 1 announcements" in ada.read)
                ada.whisper("serin", "status")
                await until(lambda: "1 announcements" in ada.read)
        assert stage.asked == [("history", "Ada", f"ada@{HOST}"), ("status", "Ada", f"ada@{HOST}")]
    story(Stage(server), play)


def test_a_server_that_is_killed_and_comes_back_loses_nothing_and_hears_nothing_twice(server):
    async def play(stage):
        ada, bot = Person(stage.account("ada"), ROOM, "ada"), stage.bot()
        async with sitting(bot):
            await until(lambda: bot._room.there)
            async with sitting(ada):
                await until(lambda: ada.there)
                stage.say("before")
                await until(lambda: len(ada.read) == 1)
                server.kill()
                await until(lambda: not bot._room.there)
                stage.say("while it was away")
                stage.say("and once more")
                server.start()
                await until(lambda: len(ada.read) >= 3)
                stage.say("after")
                await until(lambda: len(ada.read) >= 4)
                await asyncio.sleep(0.5)
        assert [text.rpartition(": ")[2] for text in ada.read] == ["before", "while it was away", "and once more",
                                                                   "after"]
    story(Stage(server), play)


def test_a_bot_that_dies_between_telling_and_noting_it_does_not_tell_it_again(server):
    async def play(stage):
        ada, bot = Person(stage.account("ada"), ROOM, "ada"), stage.bot()
        async with sitting(bot):
            await until(lambda: bot._room.there)
            async with sitting(ada):
                await until(lambda: ada.there)
                stage.say("once")
                await until(lambda: ada.read)
        stage.archive.objects = {key: body for key, body in stage.archive.objects.items()
                                 if "/told-" not in key or key.endswith("since")}
        ada, again = Person(stage.account("ada"), ROOM, "ada"), stage.bot()
        async with sitting(ada):
            await until(lambda: ada.there)
            async with sitting(again):
                await until(lambda: any(key.endswith(PUSH) or "/told-xmpp/2026" in key
                                        for key in stage.archive.objects))
                stage.say("new")
                await until(lambda: any("new" in text for text in ada.read))
        assert sum("once" in text for text in ada.read) <= 1
    story(Stage(server), play)


def test_a_room_that_was_away_for_long_hears_a_digest(server):
    async def play(stage):
        ada, bot = Person(stage.account("ada"), ROOM, "ada"), stage.bot()
        Delivery("api", "xmpp", stage.archive).look(NOON)
        for number in range(6):
            stage.say(f"step {'x' * number}")
        async with sitting(ada):
            await until(lambda: ada.there)
            async with sitting(bot):
                await until(lambda: ada.read)
                await asyncio.sleep(0.5)
        [digest] = ada.read
        assert digest.startswith(f"{PUSH}, 6 things since")
    story(Stage(server), play)


def test_what_was_said_before_the_bot_ever_came_is_not_told():
    """Needs no server: the first look writes down the day from which the room is told."""
    stage = Stage.__new__(Stage)
    stage.archive, stage.minute = InMemoryArchive(), 0
    stage.say("years ago")
    delivery = Delivery("api", "xmpp", stage.archive)
    every, waiting = delivery.look(NOON + timedelta(hours=1))
    assert (len(every), waiting) == (1, [])
    assert Delivery("api", "slack", stage.archive).look(NOON)[1] == every


def test_a_wrong_password_or_a_foreign_certificate_never_enters_and_does_not_end_the_bot(server):
    async def play(stage):
        guess = Account(f"serin@{HOST}", "wrong", "127.0.0.1", server.port, str(server.ca_file))
        wrong = XmppRoom(guess, ROOM, "serin")
        foreign = XmppRoom(Account(f"serin@{HOST}", PASSWORD, "127.0.0.1", server.port), ROOM, "serin")
        async with sitting(wrong, foreign):
            await asyncio.sleep(1.5)
            assert not wrong.there
            assert not foreign.there
    story(Stage(server), play)
