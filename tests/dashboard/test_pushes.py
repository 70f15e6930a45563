"""History and what is on its way, from the archive."""

from datetime import timedelta

from include.dashboard.pushes import MOST, Pushes
from include.domain.push import Event
from include.domain.records import written
from tests.reports.test_render import RECORD
from tests.stories.flow import Flow
from tests.world.records import InMemoryArchive
from tests.world.world import World

NOW = RECORD.ended_at


def archived(count: int) -> InMemoryArchive:
    archive = InMemoryArchive()
    for number in range(count):
        push = f"api-202601{1 + number // 24:02}T{number % 24:02}0000-abc123"
        archive.put(f"pushes/api/{push}/record.json", written(RECORD).replace(RECORD.push_id.encode(), push.encode()),
                    "application/json")
    return archive


def test_the_newest_are_first_and_no_more_than_are_shown_are_read():
    archive = archived(100)
    asked = []
    get = archive.get
    archive.get = lambda key: asked.append(key) or get(key)
    pushes = Pushes("api", archive)
    ended, running = pushes.read(NOW)
    assert len(ended) == len(asked) == MOST
    assert [record.push_id for record in ended] == sorted((record.push_id for record in ended), reverse=True)
    assert running == []
    asked.clear()
    assert pushes.read(NOW)[0] == ended
    assert len(asked) == Pushes.LOOKED_AT_AGAIN


def test_a_push_without_a_record_is_on_its_way_and_says_what_it_waits_for():
    archive = InMemoryArchive()
    push = f"api-{NOW:%Y%m%dT%H%M%S}-abc123"
    for second, (task, state, text, score) in enumerate([
            ("start_push", "done", "on its way", None), ("canary.bake", "started", "", None),
            ("canary.bake", "looked", "bakes", 97.5)]):
        archive.append(Event(push, NOW + timedelta(seconds=second), task, "", state, text, score), "api")
    [found] = Pushes("api", archive).read(NOW + timedelta(hours=1))[1]
    assert (found.push, found.score) == (push, 97.5)
    assert [(event.task, event.text) for event in found.doing] == [("canary.bake", "bakes")]
    assert Pushes("api", archive).read(NOW + timedelta(days=30))[1] == []


def test_a_push_that_its_canary_ended_is_not_one_that_was_undone():
    world = World()
    world.branches.push("prod", "a fix")
    flow = Flow(world)
    flow.push()
    pushes = Pushes("api", world.archive)
    [record] = pushes.read(world.now)[0]
    assert (record.end, pushes.undone()) == ("Success", set())


def test_one_that_took_traffic_and_gave_it_back_is():
    archive = archived(1)
    push = archive.folders("pushes/api/")[0]
    key = f"pushes/api/{push}/record.json"
    archive.objects[key] = archive.objects[key].replace(b'"Success"', b'"FailureClean"')
    pushes = Pushes("api", archive)
    pushes.read(NOW)
    assert pushes.undone() == set()
    archive.append(Event(push, NOW, "us_east_1.red_red", "us-east-1", "started", ""), "api")
    pushes = Pushes("api", archive)
    pushes.read(NOW)
    assert pushes.undone() == {push}
