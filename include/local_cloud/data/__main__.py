"""The data process: `python -m include.local_cloud.data <settings.json> <ready.json>`, started by `LocalCloud`.

When it serves it writes its port to the second file. It ends on SIGTERM, and with the process
that started it.
"""

import asyncio
import json
import logging
import os
import signal
import sys
from pathlib import Path

from include.local_cloud.data.console import Console
from include.local_cloud.data.metric_store import MetricStore
from include.local_cloud.data.settings import Settings
from include.local_cloud.data.world import World
from include.local_cloud.parent import exit_with


async def main(settings: Settings, ready: Path) -> None:
    if settings.parent:
        exit_with(settings.parent)
    sys.setswitchinterval(0.001)        # the thread that writes metrics must not hold up the requests
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    world = World(settings, MetricStore(settings.metrics_db, settings.keep_seconds))
    console = Console(world)
    port = await console.open(settings.port, settings.listen)
    world.feed.start()
    tasks = [loop.create_task(run()) for run in (world.beat, world.report_health, world.report_loads)]
    for task in tasks:
        task.add_done_callback(lambda _: ended.set())
    _write(ready, {"port": port, "pid": os.getpid()})
    await ended.wait()
    failed = [task.exception() for task in tasks if task.done() and task.exception()]
    for task in tasks:
        task.cancel()
    console.close()
    world.close()
    if failed:
        raise failed[0]


def _write(path: Path, facts: dict) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(facts))
    part.rename(path)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s data %(levelname)s %(message)s")
    asyncio.run(main(Settings.model_validate_json(Path(sys.argv[1]).read_text()), Path(sys.argv[2])))
