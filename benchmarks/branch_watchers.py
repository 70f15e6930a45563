"""`python -m benchmarks.branch_watchers [repositories]`: what watching three branches of each costs a triggerer.

Real watchers on local bare repositories in one event loop, as the triggerer has them; then with forges that take 0.3 s
to answer, of which ten hang. Commits land meanwhile; told are the seconds until they were seen.
"""

import argparse
import asyncio
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pygit2
from rich.console import Console
from rich.table import Table

from plugins import wiring
from plugins.triggers.branch_head import BranchHeadTrigger

BRANCHES = ("test", "release", "prod")
EVERY, LOOKED_AT, COMMITS, HANGING = 30.0, 150.0, 20, 10
ANSWERS_AFTER, HANGS_FOR = 0.3, 60.0
WHO = pygit2.Signature("benchmark", "benchmark@localhost", 0, 0)


class Store:
    """Airflow's memory of one asset."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def aget(self, key: str) -> str | None:
        return self.kept.get(key)

    async def aset(self, key: str, value: str) -> None:
        self.kept[key] = value


class Watched:
    """So many watchers, what they saw, and how long the event loop was away at the most."""

    def __init__(self, repositories: list[Path]):
        self.repositories, self.landed, self.seen, self.away = repositories, {}, {}, 0.0

    async def run(self) -> float:
        """Per cent of one processor."""
        began, used = time.monotonic(), time.process_time()
        watching = [asyncio.ensure_future(self._watch(repository, branch))
                    for repository in self.repositories for branch in BRANCHES]
        watching += [asyncio.ensure_future(self._stalls()), asyncio.ensure_future(self._commits())]
        await asyncio.sleep(LOOKED_AT)
        for task in watching:
            task.cancel()
        return 100 * (time.process_time() - used) / (time.monotonic() - began)

    async def _watch(self, repository: Path, branch: str) -> None:
        trigger = BranchHeadTrigger(str(repository), branch, EVERY)
        trigger.asset_state_store = Store()
        async for event in trigger.run():
            self.seen[event.payload["commit"]] = time.monotonic()

    async def _stalls(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.05)
            self.away = max(self.away, time.monotonic() - before - 0.05)

    async def _commits(self) -> None:
        await asyncio.sleep(2 * EVERY)
        for repository in self.repositories[-COMMITS:]:
            self.landed[commit(repository, "prod", repository.name)] = time.monotonic()

    @property
    def waits(self) -> list[float]:
        return [self.seen[commit] - landed for commit, landed in self.landed.items() if commit in self.seen]


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.branch_watchers", description=__doc__.split("\n")[0])
    parser.add_argument("repositories", nargs="?", type=int, default=200)
    asked = parser.parse_args()
    table = Table("", "watchers", "processor time %", "longest stall of the loop s", "commits seen",
                  "until seen s, median", "s, most", "threads")
    table.add_row("local", *measured(asked.repositories))
    right = wiring.branch_heads
    wiring.branch_heads = _slow(right)
    table.add_row(f"{ANSWERS_AFTER} s to answer, {HANGING} hang", *measured(asked.repositories))
    Console().print(table)


def measured(count: int) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="serin-watchers-") as folder:
        repositories = [Path(folder) / f"{number}.git" for number in range(count)]
        for repository in repositories:
            pygit2.init_repository(str(repository), bare=True)
            for branch in BRANCHES:
                commit(repository, branch, "first")
        watched = Watched(repositories)
        with suppress(asyncio.CancelledError):
            share = asyncio.run(watched.run())
        waits = watched.waits or [float("nan")]
        return [f"{count * len(BRANCHES)}", f"{share:.1f}", f"{watched.away:.2f}", f"{len(watched.waits)} of {COMMITS}",
                f"{statistics.median(waits):.0f}", f"{max(waits):.0f}", f"{threading.active_count()}"]


def commit(path: Path, branch: str, message: str) -> str:
    repository, ref = pygit2.Repository(str(path)), f"refs/heads/{branch}"
    parents = [repository.references[ref].target] if ref in repository.references else []
    empty = repository.TreeBuilder().write()
    return str(repository.create_commit(ref, WHO, WHO, f"{branch} {message}", empty, parents))


def _slow(right: Callable[..., dict[str, str]]) -> Callable[..., dict[str, str]]:
    def answer(repository: str, connection: str = "") -> dict[str, str]:
        time.sleep(HANGS_FOR if int(Path(repository).stem) < HANGING else ANSWERS_AFTER)
        return right(repository, connection)

    return answer


if __name__ == "__main__":
    main()
