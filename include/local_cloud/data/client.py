"""HTTP/1.1 from the asking side: one connection, on a bare asyncio protocol."""

import asyncio
from collections.abc import Callable

import httptools

from include.local_cloud.data.wire import MAX_BODY, MAX_HEAD, Answer, Reader


class ClientConnection(Reader):
    """One connection to a server: one request at a time, its answer (or how it failed) to `done`."""

    def __init__(self, on_idle: Callable[["ClientConnection"], None], on_closed: Callable[["ClientConnection"], None]):
        self._on_idle, self._on_closed = on_idle, on_closed
        self._done: Callable[[Answer], None] | None = None
        self._failure = "cut"
        self._timer: asyncio.TimerHandle | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport) -> None:
        self.transport = transport

    def send(self, raw: bytes, timeout: float, done: Callable[[Answer], None]) -> None:
        self._done = done
        self._headless = raw.startswith(b"HEAD ")
        self._headers, self._body, self._size, self._whole, self._keeps = [], [], 0, False, False
        self._parser = httptools.HttpResponseParser(self)
        self._timer = asyncio.get_running_loop().call_later(timeout, self.abort, "timeout")
        self.transport.write(raw)

    def data_received(self, data: memoryview) -> None:
        self._size += len(data)
        if self._done is None or self._size > MAX_HEAD + MAX_BODY:
            self.abort("cut")
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.abort("cut")
            return
        if self._whole:
            self._finish(self._keeps and not self._headless)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._whole = self._headless

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        self._whole, self._keeps = True, self._parser.should_keep_alive()

    def _finish(self, keeps: bool) -> None:
        body = b"" if self._headless else b"".join(self._body)
        answer = Answer(self._parser.get_status_code(), self._headers, body)
        done, self._done = self._done, None
        self._timer.cancel()
        if keeps:
            self._on_idle(self)
        elif self.transport is not None:
            self.transport.close()
        done(answer)

    def connection_lost(self, _error) -> None:
        self.transport = None
        if self._timer is not None:
            self._timer.cancel()
        self._on_closed(self)
        if self._done is not None:
            done, self._done = self._done, None
            done(Answer(0, failure=self._failure))

    def abort(self, failure: str = "cut") -> None:
        self._failure = failure
        if self.transport is not None:
            self.transport.abort()
