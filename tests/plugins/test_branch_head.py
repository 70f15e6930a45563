"""The watcher of a branch."""

import asyncio

import pytest

from include.domain.own_metrics.table import POLLED, POLLS
from plugins import wiring
from plugins.triggers import branch_head, looks
from plugins.triggers.branch_head import BranchHeadTrigger
from tests.world.records import InMemoryMeter


class Store:
    """Airflow's memory of one asset: it survives restarts."""

    def __init__(self, **kept):
        self.kept, self.calls, self.payloads, self.is_killed = kept, [], [], False

    async def aget(self, key):
        self.calls.append("asked")
        return self.kept.get(key)

    async def aset(self, key, value):
        if self.is_killed:
            raise StopAsyncIteration
        self.calls.append("remembered")
        self.kept[key] = value


@pytest.fixture
def watch(monkeypatch):
    """What the watcher fires while the branch shows these heads, one a look; an exception is raised."""
    def watch(store, *heads):
        shown = iter(heads)

        async def head(*_):
            found = next(shown, None)
            if isinstance(found, Exception):
                raise found
            return found

        monkeypatch.setattr(looks, "LOOKS", Namespace(head=head))
        monkeypatch.setattr(looks, "pause", lambda _, every: every)
        return asyncio.run(_fired(store, len(heads), monkeypatch))

    return watch


async def _fired(store, looks, monkeypatch):
    slept = 0

    async def sleep(seconds):
        nonlocal slept
        slept += seconds == EVERY
        if slept > looks:
            raise StopAsyncIteration

    monkeypatch.setattr(branch_head, "asyncio", Namespace(sleep=sleep))
    trigger = BranchHeadTrigger("/srv/api.git", "prod", EVERY)
    trigger.asset_state_store = store
    fired = []
    try:
        async for event in trigger.run():
            fired.append(event.payload["commit"])
            store.payloads.append(event.payload)
            store.calls.append("fired")
            store.fired = dict(store.kept)
    except (StopAsyncIteration, RuntimeError):
        pass
    return fired


EVERY = 30


class Namespace:
    def __init__(self, **names):
        vars(self).update(names)


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


def test_a_head_is_remembered_only_after_the_triggerer_answered_once_more(watch):
    """It writes the event in the turn in which it takes it over; what it answers later it answers after that."""
    store = Store(head="a")
    watch(store, "b")
    assert store.calls == ["asked", "fired", "asked", "remembered"]


UNREACHABLE, NO_BRANCH = OSError("no route to host"), None


@pytest.mark.parametrize("trouble", [UNREACHABLE, NO_BRANCH], ids=["unreachable", "no such branch"])
def test_a_remote_in_trouble_is_asked_again(trouble, watch):
    assert watch(Store(), "a", trouble, "b") == ["b"]


def test_what_came_while_the_remote_was_not_reached_for_an_hour_is_one_event_since_the_head_before(watch):
    store = Store(head="a")
    assert watch(store, *[UNREACHABLE] * (3600 // EVERY), "c") == ["c"]
    assert store.payloads == [{"commit": "c", "previous": "a", "branch": "prod"}]


def test_a_watch_that_begins_with_an_unreachable_remote_has_not_begun(watch):
    assert watch(Store(), UNREACHABLE, "a", "b") == ["b"]


def test_fifty_commits_at_once_are_one_event_from_the_head_before_to_the_newest(watch):
    store = Store()
    watch(store, "0", "50")
    assert store.payloads == [{"commit": "50", "previous": "0", "branch": "prod"}]


def test_a_watcher_that_is_killed_before_it_remembers_fires_the_same_once_more_and_loses_none(watch):
    store = Store(head="a")
    store.is_killed = True
    assert watch(store, "b") == ["b"]
    store.is_killed = False
    assert watch(store, "b", "c") == ["b", "c"]
    assert [(payload["previous"], payload["commit"]) for payload in store.payloads] == [
        ("a", "b"), ("a", "b"), ("b", "c")]


def test_a_commit_that_came_while_the_watcher_was_dead_is_one_event_with_the_one_that_it_had_not_remembered(watch):
    store = Store(head="a")
    store.is_killed = True
    watch(store, "b")
    store.is_killed = False
    assert watch(store, "c") == ["c"]
    assert store.payloads[-1]["previous"] == "a"


def test_a_commit_that_was_reverted_and_pushed_again_is_an_event_each_time(watch):
    assert watch(Store(head="a"), "b", "a", "b") == ["b", "a", "b"]


def test_a_branch_that_is_deleted_and_made_again_is_an_event_where_it_stands_elsewhere(watch):
    store = Store(head="a")
    assert watch(store, NO_BRANCH, "a", NO_BRANCH, "b") == ["b"]
    assert store.payloads[0]["previous"] == "a"


def test_the_first_commit_of_a_branch_that_was_not_there_when_the_watch_began_is_an_event(watch):
    store = Store()
    assert watch(store, NO_BRANCH, NO_BRANCH, "a") == ["a"]
    assert store.payloads == [{"commit": "a", "previous": "", "branch": "prod"}]


def test_whether_the_remote_answers_is_told_of_each_poll(watch, monkeypatch):
    meter = InMemoryMeter()
    monkeypatch.setattr(wiring, "meter", lambda: meter)
    watch(Store(head="a"), "a", UNREACHABLE)
    assert (meter.total(POLLS, answer="ok"), meter.total(POLLS, answer="error")) == (2, 1)
    assert len(meter.values(POLLED, branch="prod")) == 2


def test_a_restart_builds_the_same_watcher():
    path, kwargs = BranchHeadTrigger("/srv/api.git", "prod", 30).serialize()
    assert path == "plugins.triggers.branch_head.BranchHeadTrigger"
    assert BranchHeadTrigger(**kwargs).serialize() == (path, kwargs)
