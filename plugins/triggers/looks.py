"""The looks of this process at repositories: few at once, in threads of their own, and one for all branches of one.

600 branches would otherwise ask in step, and one forge that hangs would hold the threads that the triggerer itself
needs.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from time import time

from plugins import wiring

AT_ONCE = 16


class Looks:
    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="serin-branches")
        self._under_way: dict[tuple[str, str], asyncio.Future[Mapping[str, str]]] = {}

    async def head(self, repository: str, branch: str, connection: str) -> str | None:
        """The newest commit of the branch; None where there is no such branch. Who asks while the repository is being
        looked at hears what that look finds."""
        key = repository, connection
        look = self._under_way.get(key)
        if look is None:
            loop = asyncio.get_running_loop()
            look = self._under_way[key] = loop.run_in_executor(self._threads, wiring.branch_heads, *key)
            look.add_done_callback(lambda _: self._under_way.pop(key, None))
        return (await asyncio.shield(look)).get(branch)


def pause(repository: str, every_seconds: float, now: float | None = None) -> float:
    """Seconds until the next look at the repository: at the same moments for all of its branches, at others than those
    of other repositories, and at least half of the time between two looks away."""
    moment = int.from_bytes(sha256(repository.encode()).digest()[:4]) / 2**32 * every_seconds
    left = (moment - (time() if now is None else now)) % every_seconds
    return left if left > every_seconds / 2 else left + every_seconds


LOOKS = Looks()
