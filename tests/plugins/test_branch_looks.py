"""Many branches are looked at without one keeping the others."""

import asyncio
import threading
from itertools import pairwise

import pytest

from plugins import wiring
from plugins.triggers.looks import AT_ONCE, Looks, pause


class Forge:
    """Answers when it is let; knows how many were looked at, and how many at once."""

    def __init__(self, monkeypatch):
        self.asked, self.most, self.now, self.lock = [], 0, 0, threading.Lock()
        self.let = threading.Event()
        monkeypatch.setattr(wiring, "branch_heads", self.answer)

    def answer(self, repository, connection):
        with self.lock:
            self.asked.append(repository)
            self.now += 1
            self.most = max(self.most, self.now)
        self.let.wait(10)
        with self.lock:
            self.now -= 1
        return {"prod": f"p{len(self.asked)}", "test": "t"}


@pytest.fixture
def forge(monkeypatch):
    return Forge(monkeypatch)


def heads(forge, wanted):
    async def ask():
        looks = Looks()
        asking = [asyncio.ensure_future(looks.head(repository, branch, "")) for repository, branch in wanted]
        await asyncio.sleep(0)
        forge.let.set()
        return await asyncio.gather(*asking)

    return asyncio.run(ask())


def test_all_branches_that_ask_at_once_are_one_look(forge):
    assert heads(forge, [("api.git", "prod"), ("api.git", "test"), ("api.git", "release")]) == ["p1", "t", None]
    assert forge.asked == ["api.git"]


def test_a_later_question_is_a_new_look(forge):
    async def twice():
        looks = Looks()
        return [await looks.head("api.git", "prod", ""), await looks.head("api.git", "prod", "")]

    forge.let.set()
    assert asyncio.run(twice()) == ["p1", "p2"]


def test_two_connections_are_two_looks(forge):
    async def both():
        looks = Looks()
        await asyncio.gather(looks.head("api.git", "prod", ""), looks.head("api.git", "prod", "git_api"))

    forge.let.set()
    asyncio.run(both())
    assert len(forge.asked) == 2


def test_never_more_than_a_few_are_looked_at_at_once(forge):
    heads(forge, [(f"{number}.git", "prod") for number in range(AT_ONCE * 3)])
    assert forge.most <= AT_ONCE
    assert len(forge.asked) == AT_ONCE * 3


def test_one_that_is_given_up_takes_the_look_from_no_other(forge):
    async def ask():
        looks = Looks()
        first, second = (asyncio.ensure_future(looks.head("api.git", "prod", "")) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        forge.let.set()
        return await second

    assert asyncio.run(ask()) == "p1"


def test_a_look_that_fails_fails_for_all_who_wait_and_the_next_is_a_new_one(monkeypatch):
    answers = iter([OSError("no route"), {"prod": "a"}])

    def answer(*_):
        found = next(answers)
        if isinstance(found, Exception):
            raise found
        return found

    async def ask():
        looks = Looks()
        failed = await asyncio.gather(*(looks.head("api.git", "prod", "") for _ in range(2)), return_exceptions=True)
        return [*map(str, failed), await looks.head("api.git", "prod", "")]

    monkeypatch.setattr(wiring, "branch_heads", answer)
    assert asyncio.run(ask()) == ["no route", "no route", "a"]


def test_the_branches_of_one_repository_keep_step_and_the_repositories_do_not():
    moments = {(1000 + number * 0.7 + pause("api.git", 30, 1000 + number * 0.7)) % 30 for number in range(40)}
    assert max(moments) - min(moments) < 0.001
    spread = sorted(pause(f"{number}.git", 30, 1000.0) % 30 for number in range(600))
    assert max(later - former for former, later in pairwise(spread)) < 1


@pytest.mark.parametrize("now", [0.0, 7.0, 1e9 + 0.3])
def test_a_pause_is_half_a_time_between_two_looks_at_least_and_one_and_a_half_at_most(now):
    assert all(15 < pause(f"{number}.git", 30, now) <= 45 for number in range(200))
