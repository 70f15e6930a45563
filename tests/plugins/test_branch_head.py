"""The watcher of a branch."""

import asyncio

import pytest

from plugins import wiring
from plugins.triggers import branch_head
from plugins.triggers.branch_head import BranchHeadTrigger


class Store:
    """Airflow's memory of one asset: it survives restarts."""

    def __init__(self, **kept):
        self.kept = kept

    async def aget(self, key):
        return self.kept.get(key)

    async def aset(self, key, value):
        self.kept[key] = value


@pytest.fixture
def watch(monkeypatch):
    """What the watcher fires while the branch shows these heads, one a look; an exception is raised."""
    def watch(store, *heads):
        looks = iter(heads)

        def head(*_):
            found = next(looks, None)
            if isinstance(found, Exception):
                raise found
            return found

        monkeypatch.setattr(wiring, "branch_head", head)
        return asyncio.run(_fired(store, len(heads), monkeypatch))

    return watch


async def _fired(store, looks, monkeypatch):
    slept = 0

    async def sleep(seconds):
        nonlocal slept
        slept += seconds == EVERY
        if slept > looks:
            raise StopAsyncIteration

    monkeypatch.setattr(branch_head, "asyncio", Namespace(sleep=sleep, to_thread=to_thread))
    trigger = BranchHeadTrigger("/srv/api.git", "prod", EVERY)
    trigger.asset_state_store = store
    fired = []
    try:
        async for event in trigger.run():
            fired.append(event.payload["commit"])
            store.fired = dict(store.kept)
    except (StopAsyncIteration, RuntimeError):
        pass
    return fired


EVERY = 30


class Namespace:
    def __init__(self, **names):
        vars(self).update(names)


async def to_thread(function, *arguments):
    return function(*arguments)


def test_the_head_that_is_found_first_is_remembered_and_not_pushed(watch):
    store = Store()
    assert watch(store, "a", "a") == []
    assert store.kept == {"head": "a"}


def test_a_new_commit_is_an_event_once(watch):
    assert watch(Store(), "a", "b", "b", "c") == ["b", "c"]


def test_a_commit_made_while_nobody_watched_is_not_lost(watch):
    assert watch(Store(head="a"), "b") == ["b"]


def test_a_head_is_remembered_only_when_its_event_was_handed_over(watch):
    store = Store(head="a")
    watch(store, "b")
    assert store.fired == {"head": "a"}
    assert store.kept == {"head": "b"}


@pytest.mark.parametrize("trouble", [OSError("no route to host"), None], ids=["unreachable", "no such branch"])
def test_a_remote_in_trouble_is_asked_again(trouble, watch):
    assert watch(Store(), "a", trouble, "b") == ["b"]


def test_a_restart_builds_the_same_watcher():
    path, kwargs = BranchHeadTrigger("/srv/api.git", "prod", 30).serialize()
    assert path == "plugins.triggers.branch_head.BranchHeadTrigger"
    assert BranchHeadTrigger(**kwargs).serialize() == (path, kwargs)
