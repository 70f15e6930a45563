"""A deploy to several environments as one: what each of them shows, read as a `Feed` is."""

from collections.abc import Mapping
from dataclasses import replace

from include.demo.feed import Feed
from include.demo.live_view import RegionPicture
from include.demo.push_story import PushStory, environment_of
from include.domain.push import PushEnd, PushRecord

WORST_FIRST = (PushEnd.FAILURE_DIRTY, PushEnd.FAILURE_CLEAN, PushEnd.SUCCESS)


class SideBySide:
    """`feeds`: environment to its own. The id of a push is the part that it has in all of them; that of one of them is
    taken, too."""

    def __init__(self, feeds: Mapping[str, Feed]):
        self._feeds = feeds

    def regions(self) -> list[RegionPicture]:
        return [replace(region, region=f"{name}.{region.region}") for name, feed in self._feeds.items()
                for region in feed.regions()]

    def pushes(self) -> list[str]:
        return sorted({_stem(push_id) for feed in self._feeds.values() for push_id in feed.pushes()})

    def story(self, push_id: str) -> PushStory:
        return PushStory.of(event for name, feed in self._feeds.items()
                            for event in feed.story(f"{_stem(push_id)}-{name}").events)

    def record(self, push_id: str) -> PushRecord | None:
        """The worst of them, once all have ended."""
        found = [feed.record(f"{_stem(push_id)}-{name}") for name, feed in self._feeds.items()]
        return None if None in found else min(found, key=lambda record: WORST_FIRST.index(record.end))

    def reports(self, push_id: str) -> list[str]:
        return [key for name, feed in self._feeds.items() for key in feed.reports(f"{_stem(push_id)}-{name}")]


def _stem(push_id: str) -> str:
    return push_id.removesuffix(f"-{environment_of(push_id)}")
