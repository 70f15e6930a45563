"""Kept-alive connections to one address."""

import asyncio
from collections.abc import Callable

from include.local_cloud.data.client import ClientConnection
from include.local_cloud.data.wire import Answer

CONNECT_SECONDS = 1.0


class Pool:
    """`ask` sends one request on an idle connection, or on a new one. There is no retry: what failed, failed."""

    def __init__(self, host: str, port: int):
        self._address = (host, port)
        self._idle: list[ClientConnection] = []
        self._open: set[ClientConnection] = set()
        self._connecting: set[asyncio.Task] = set()
        self._closing = False
        self.outstanding = 0

    def ask(self, raw: bytes, timeout: float, done: Callable[[Answer], None]) -> None:
        """`done` is called exactly once, with the answer or with how it failed."""
        self.outstanding += 1

        def finished(answer: Answer) -> None:
            self.outstanding -= 1
            done(answer)

        while self._idle:
            connection = self._idle.pop()
            if connection.transport is not None and not connection.transport.is_closing():
                connection.send(raw, timeout, finished)
                return
        task = asyncio.get_running_loop().create_task(self._connect(raw, timeout, finished))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    async def _connect(self, raw: bytes, timeout: float, done: Callable[[Answer], None]) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(min(timeout, CONNECT_SECONDS)):
                _, connection = await loop.create_connection(
                    lambda: ClientConnection(self._on_idle, self._open.discard), *self._address)
        except TimeoutError:
            done(Answer(0, failure="timeout"))
        except OSError:
            done(Answer(0, failure="refused"))
        except asyncio.CancelledError:
            done(Answer(0, failure="cut"))
        else:
            self._open.add(connection)
            connection.send(raw, timeout, done)

    def _on_idle(self, connection: ClientConnection) -> None:
        if self._closing:
            connection.abort()
        else:
            self._idle.append(connection)

    def drain(self) -> None:
        """Close what is idle, and the rest as soon as it is answered."""
        self._closing = True
        while self._idle:
            self._idle.pop().abort()

    def reopen(self) -> None:
        """Keep connections again."""
        self._closing = False

    def close(self) -> None:
        """At once: what is under way is cut."""
        self.drain()
        for task in list(self._connecting):
            task.cancel()
        for connection in list(self._open):
            connection.abort()
