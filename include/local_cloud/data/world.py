"""All regions of the data plane, kept as control declares them, and the second's beat that counts them."""

import asyncio
import json
import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from math import floor
from typing import Any

from include.local_cloud.data.day import busy_share
from include.local_cloud.data.feed import Feed
from include.local_cloud.data.metric_store import MetricStore
from include.local_cloud.data.region import Region
from include.local_cloud.data.settings import Load, Settings

log = logging.getLogger(__name__)

REPORT_SECONDS, REPORT_LOADS_SECONDS = 0.1, 1.0


class World:
    """Call from the loop's thread only."""

    def __init__(self, settings: Settings, store: MetricStore):
        self.settings, self.load = settings, settings.load
        self.regions: dict[str, Region] = {}
        self.version = -1
        self.market_time = datetime.now(UTC)
        self._store = store
        self._shares: dict[str, float] = {}
        self._loop = asyncio.get_running_loop()
        self.feed = Feed(settings.control, lambda state: self._loop.call_soon_threadsafe(self.apply, state))

    def apply(self, state: Mapping[str, Any]) -> None:
        """A region that cannot be read keeps what it had; the others go on."""
        self.version = state["version"]
        for name, declared in state["regions"].items():
            if name not in self.regions:
                self.regions[name] = Region(name, partial(self._rate, name), lambda: self.load.load_balancers)
                self._shares[name] = busy_share(self.settings.served_from(name), self.market_time)
            try:
                self.regions[name].apply(declared)
            except Exception:
                log.exception("region %s: control's state could not be applied: %s", name, json.dumps(declared)[:2000])

    def set_load(self, load: Load) -> None:
        self.load = load

    def _rate(self, region: str) -> float:
        return self.load.peak(region) * self._shares[region]

    def rate(self, region: str) -> float:
        """Requests per second that the region's viewers send now."""
        return self._rate(region)

    async def beat(self) -> None:
        """Every full second: take the meters, write them under the second that ended, follow the markets' day."""
        ends = floor(time.time()) + 1
        while True:
            await asyncio.sleep(max(0.0, ends - time.time()))
            self.market_time = self.settings.clock().at(datetime.fromtimestamp(ends, UTC))
            seconds = {}
            for name, region in self.regions.items():
                self._shares[name] = busy_share(self.settings.served_from(name), self.market_time)
                seconds[name] = region.tick(self._loop.time())
            self._store.write(ends - 1, seconds)
            ends = max(ends, floor(time.time())) + 1

    async def report_health(self) -> None:
        """Tell control what the checks found and it does not know, until it does."""
        while True:
            await asyncio.sleep(REPORT_SECONDS)
            news = {name: found for name, region in self.regions.items()
                    if (found := region.checks.unreported(region.target_groups))}
            if news:
                await self._post("/serin/health", news)

    async def report_loads(self) -> None:
        """Tell control what target tracking follows."""
        while True:
            await asyncio.sleep(REPORT_LOADS_SECONDS)
            loads = {name: {asg: second.load() for asg, second in region.seconds.items() if second.averages}
                     for name, region in self.regions.items()}
            if any(loads.values()):
                await self._post("/serin/load", loads)

    async def _post(self, path: str, body: Any) -> None:
        try:
            await asyncio.to_thread(self.feed.post, path, body)
        except OSError as error:
            log.warning("control does not take %s: %s", path, error)

    def close(self) -> None:
        self.feed.stop()
        for region in self.regions.values():
            region.close()
        self._store.close()
