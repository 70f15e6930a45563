"""The viewers of one region: open-loop requests at the balancer, however slowly it answers, and what became of them."""

import asyncio
import random
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from include.local_cloud.data import calls
from include.local_cloud.data.meters import percentiles
from include.local_cloud.data.pool import Pool
from include.local_cloud.data.wire import Answer, Request

VIEWER_SECONDS = 10.0
TICK = 0.02
P99_SECONDS = 10
MAX_IN_FLIGHT = 500        # more than this are not sent, and count as failed: a viewer who cannot get through
NO_TARGET = "no target"

_RAW = tuple(Request(b"GET", target, [(b"Host", b"api.local")], b"").raw() for target in calls.TARGETS)


@dataclass
class Tally:
    """What became of requests. `failed` is a status of 500 and above, an answer cut off, or none in time."""

    sent: int = 0
    ok: int = 0
    failed: int = 0
    failures: Counter = field(default_factory=Counter)
    served_by: Counter = field(default_factory=Counter)
    failed_by: Counter = field(default_factory=Counter)


class Viewers:
    """`rate()` is asked for requests per second at each tick; `addresses()` for the balancers' (none: no load), of
    which each gets an equal part."""

    def __init__(self, rate: Callable[[], float], addresses: Callable[[], Sequence[tuple[str, int]]]):
        self._rate, self._addresses = rate, addresses
        self._pools: dict[tuple[str, int], Pool] = {}
        self._due = 0.0
        self.in_flight = 0
        self.total, self._second, self.last_second = Tally(), Tally(), Tally()
        self._latencies: deque[list[float]] = deque([[]], maxlen=P99_SECONDS)

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        last = loop.time()
        while True:
            await asyncio.sleep(TICK)
            now = loop.time()
            self._send_due(min(now - last, 1.0))
            last = now

    def _send_due(self, seconds: float) -> None:
        """Arrivals are random, at the rate: exponential gaps."""
        addresses = self._addresses()
        self._keep_only(addresses)
        if not addresses:
            return
        rate = self._rate()
        self._due -= seconds * rate
        while rate > 0 and self._due <= 0:
            self._due += random.expovariate(1.0)
            self._send(self._pools[random.choice(addresses)])

    def _keep_only(self, addresses: Sequence[tuple[str, int]]) -> None:
        for gone in self._pools.keys() - set(addresses):
            self._pools.pop(gone).close()
        for new in addresses:
            if new not in self._pools:
                self._pools[new] = Pool(*new)

    def _send(self, pool: Pool) -> None:
        self._count_sent()
        if self.in_flight >= MAX_IN_FLIGHT:
            self._count_failed("not sent", NO_TARGET)
            return
        loop = asyncio.get_running_loop()
        began = loop.time()
        self.in_flight += 1

        def done(answer: Answer) -> None:
            self.in_flight -= 1
            asg = (answer.header(b"x-serin-asg") or b"").decode() or NO_TARGET
            if answer.status == 0 or answer.status >= 500:
                self._count_failed(answer.failure or str(answer.status), asg)
                return
            self._latencies[-1].append((loop.time() - began) * 1000)
            for tally in (self.total, self._second):
                tally.ok += 1
                tally.served_by[asg] += 1

        pool.ask(random.choices(_RAW, cum_weights=_CUMULATIVE)[0], VIEWER_SECONDS, done)

    def _count_sent(self) -> None:
        self.total.sent += 1
        self._second.sent += 1

    def _count_failed(self, why: str, asg: str) -> None:
        for tally in (self.total, self._second):
            tally.failed += 1
            tally.failures[why] += 1
            tally.failed_by[asg] += 1

    def tick(self) -> None:
        """Once a second: `last_second` is what was counted since the last tick."""
        self.last_second, self._second = self._second, Tally()
        self._latencies.append([])

    def p99_ms(self) -> float | None:
        """Over the last ten seconds, as the viewers saw it; None without an answer."""
        values = [value for second in self._latencies for value in second]
        return percentiles(values)[3] if values else None

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()


_CUMULATIVE = [sum(calls.WEIGHTS[:end]) for end in range(1, len(calls.WEIGHTS) + 1)]
