"""One running instance: a real HTTP server on its private address that behaves as its commit declares."""

import asyncio
import json
import logging
import random
import time
from collections.abc import Iterable
from math import exp
from typing import Any

from include.local_cloud.behaviour import Behaviour, Stall
from include.local_cloud.data import calls
from include.local_cloud.data.capacity import Slots
from include.local_cloud.data.wire import Answer, Request, ServerConnection

log = logging.getLogger(__name__)

HEALTH_PATH = b"/health"
COSTS = dict.fromkeys(calls.ENDPOINTS, 1.0) | {"search": 1.5, "play": 1.3, "artwork": 0.6, "events": 0.6, "login": 1.2}
GARBAGE_MB_PER_REQUEST, GARBAGE_MB_PER_SECOND, COLLECTED_AT_MB = 0.5, 4.0, 48.0
SLOW_FROM = 0.8                     # of the memory limit: from here on collections slow every request

_MEAN_COST = (sum(weight * COSTS[endpoint] for (endpoint, _), weight in zip(calls.CALLS, calls.WEIGHTS, strict=True))
              / sum(calls.WEIGHTS))
_SHARES = tuple(COSTS[endpoint] / _MEAN_COST for endpoint, _ in calls.CALLS)


def service_seconds(behaviour: Behaviour, call: int, chance: Any) -> float:
    """How long this call keeps a slot busy; `chance` is a source of random numbers."""
    spread = behaviour.spread
    return behaviour.service_ms / 1000 * _SHARES[call] * exp(chance.gauss(-spread * spread / 2, spread))


def stalls(stall: Stall, up: float) -> float:
    """For how much longer an instance that has been up for so many seconds stands still."""
    if not stall.every_seconds or up < stall.every_seconds:
        return 0.0
    return max(0.0, stall.seconds - up % stall.every_seconds)


class Instance:
    """Opened when control says that it runs, closed (abruptly) when control says that it is gone."""

    def __init__(self, id: str, ip: str, asg: str, commit: str, behaviour: Behaviour, launched: float):
        self.id, self.ip, self.asg, self.commit, self.behaviour = id, ip, asg, commit, behaviour
        now = asyncio.get_running_loop().time()
        self._serves_from = now + launched + behaviour.start_seconds - time.time()
        self._slots = Slots(behaviour.slots)
        self._servers: dict[int, asyncio.Server] = {}
        self._connections: set[ServerConnection] = set()
        self._closed = False
        self._sampled_at = now
        self._restarts = 0
        self._collections, self._pause_ms, self._garbage_mb = 0, 0.0, random.uniform(0, COLLECTED_AT_MB)
        identity = [(b"Content-Type", b"application/json"), (b"X-Serin-Asg", asg.encode()),
                    (b"X-Serin-Instance", id.encode()), (b"X-Serin-Commit", commit.encode())]
        self._answers = {status: Answer(status, identity, json.dumps(body).encode() + b"\n").raw() for status, body in {
            200: {"commit": commit, "instance": id}, 404: {"error": "no such title"},
            500: {"error": "it did not work"}, 503: {"error": "starting"}}.items()}

    # --- up and down

    async def open(self, ports: Iterable[int]) -> None:
        """Listen on these ports, in addition to those it listens on. One that cannot be bound is tried again."""
        loop = asyncio.get_running_loop()
        for port in set(ports) - set(self._servers):
            try:
                server = await loop.create_server(lambda: ServerConnection(self._serve, self._connections),
                                                  self.ip, port, reuse_address=True, backlog=512)
            except OSError as error:
                log.warning("instance %s cannot listen on %s:%s: %s", self.id, self.ip, port, error)
                continue
            if self._closed or port in self._servers:
                server.close()
            else:
                self._servers[port] = server

    def listens_on(self, ports: Iterable[int]) -> bool:
        return set(ports) <= set(self._servers)

    def close(self) -> None:
        """As when the power goes: whoever waits for an answer is cut off."""
        self._closed = True
        for server in self._servers.values():
            server.close()
        self._cut()

    def _cut(self) -> None:
        for connection in list(self._connections):
            connection.abort()

    # --- requests

    def _serve(self, request: Request, connection: ServerConnection) -> None:
        if not self.behaviour.starts:
            return
        loop = asyncio.get_running_loop()
        now = loop.time()
        if now < self._serves_from:
            connection.answer(self._answers[503])
        elif request.target.partition(b"?")[0] == HEALTH_PATH:
            connection.answer(self._answers[200])
        elif (call := calls.number(request.target, request.header(b"x-device"))) == calls.UNKNOWN:
            connection.answer(self._answers[404])
        else:
            done_at, status = self._work(call, now)
            loop.call_at(done_at, connection.answer, self._answers[status])

    def _work(self, call: int, now: float) -> tuple[float, int]:
        behaviour = self.behaviour
        seconds = service_seconds(behaviour, call, random) * self._slowness(now)
        done_at = self._slots.take(now + stalls(behaviour.stall, now - self._serves_from), seconds)
        self._garbage_mb += GARBAGE_MB_PER_REQUEST
        if random.random() * 100 < behaviour.tail.percent:
            done_at += seconds * (behaviour.tail.times - 1)
        if random.random() * 100 < behaviour.errors.get(calls.CALLS[call][0], 0):
            return done_at, 500
        return done_at, 404 if random.random() * 100 < behaviour.not_found_percent else 200

    # --- memory

    def memory_mb(self, now: float) -> float:
        up = max(0.0, now - self._serves_from)
        return self.behaviour.memory_mb + self.behaviour.leak_mb_per_minute * up / 60 + self._garbage_mb

    def _slowness(self, now: float) -> float:
        over = self.memory_mb(now) / self.behaviour.memory_limit_mb - SLOW_FROM
        return 1 + max(0.0, over) / (1 - SLOW_FROM)

    def _collect(self, now: float, seconds: float) -> None:
        self._garbage_mb += GARBAGE_MB_PER_SECOND * seconds
        while self._garbage_mb > COLLECTED_AT_MB:
            self._garbage_mb -= COLLECTED_AT_MB
            self._collections += 1
            fill = self.memory_mb(now) / self.behaviour.memory_limit_mb
            self._pause_ms += 20 * fill * exp(random.gauss(0, 0.2))

    def _restart_when_full(self, now: float) -> None:
        if self.memory_mb(now) < self.behaviour.memory_limit_mb:
            return
        self._restarts += 1
        self._garbage_mb = 0.0
        self._serves_from = now + self.behaviour.start_seconds
        self._slots = Slots(self.behaviour.slots)
        self._cut()

    # --- metrics

    def sample(self, now: float) -> dict[str, float]:
        """Its own metrics since the last sample, by the names of `meters.INSTANCE_NAMES`."""
        seconds = max(now - self._sampled_at, 1e-3)
        self._collect(now, seconds)
        self._restart_when_full(now)
        behaviour = self.behaviour
        busy = self._slots.busy_share(self._sampled_at, now) * (100 - behaviour.idle_cpu_percent)
        sample = {
            "cpu.percent": min(100.0, behaviour.idle_cpu_percent * random.uniform(0.8, 1.2) + busy),
            "memory.mb": self.memory_mb(now), "threads.busy": self._slots.busy(now),
            "threads.queued": self._slots.queued(now), "connections.open": len(self._connections),
            "gc.collections": self._collections, "gc.pause_ms": self._pause_ms, "instances.restarts": self._restarts}
        self._sampled_at = now
        self._collections, self._pause_ms, self._restarts = 0, 0.0, 0
        return sample
