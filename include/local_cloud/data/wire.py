"""HTTP/1.1 on bare asyncio protocols: what instances and balancers serve. Callbacks, no task per request.

Only what the local cloud needs: whole messages, bodies up to a megabyte, no upgrade, no trailers.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from http import HTTPStatus

import httptools

MAX_BODY = 1 << 20
MAX_HEAD = 1 << 16
HOP_BY_HOP = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"te", b"upgrade", b"trailer",
                        b"proxy-connection", b"content-length", b"expect"})

Headers = list[tuple[bytes, bytes]]


class Request:
    """One whole request. `target` is path and query as they came."""

    __slots__ = ("body", "headers", "method", "target")

    def __init__(self, method: bytes, target: bytes, headers: Headers, body: bytes):
        self.method, self.target, self.headers, self.body = method, target, headers, body

    def header(self, name: bytes) -> bytes | None:
        """By its lower-case name."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    def raw(self, extra: Headers = ()) -> bytes:
        """The request to send on: what belongs to one hop only is left out."""
        lines = [b"%b %b HTTP/1.1\r\n" % (self.method, self.target)]
        lines += [b"%b: %b\r\n" % pair for pair in (*self.headers, *extra) if pair[0].lower() not in HOP_BY_HOP]
        if self.body:
            lines.append(b"Content-Length: %d\r\n" % len(self.body))
        return b"".join([*lines, b"\r\n", self.body])


class Answer:
    """One whole answer; `status` is 0 where there was none, and `failure` says why: refused, cut or timeout."""

    __slots__ = ("body", "failure", "headers", "status")

    def __init__(self, status: int, headers: Headers = (), body: bytes = b"", failure: str = ""):
        self.status, self.headers, self.body, self.failure = status, headers, body, failure

    def header(self, name: bytes) -> bytes | None:
        return next((value for key, value in self.headers if key.lower() == name), None)

    def raw(self) -> bytes:
        lines = [_status_line(self.status)]
        lines += [b"%b: %b\r\n" % pair for pair in self.headers if pair[0].lower() not in HOP_BY_HOP]
        return b"".join([*lines, b"Content-Length: %d\r\n\r\n" % len(self.body), self.body])


def _status_line(status: int, known: dict[int, bytes] = {}) -> bytes:  # noqa: B006
    if status not in known:
        phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Unknown"
        known[status] = b"HTTP/1.1 %d %b\r\n" % (status, phrase.encode())
    return known[status]


class Reader(asyncio.BufferedProtocol):
    """Reads into one buffer for all connections: what was read is parsed before anybody reads again."""

    _buffer = memoryview(bytearray(1 << 16))

    def get_buffer(self, _hint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, count: int) -> None:
        self.data_received(self._buffer[:count])


class ServerConnection(Reader):
    """One client's connection: requests are served one after the other. `serve(request, connection)` must in time
    call `connection.answer(raw)` once for each request."""

    def __init__(self, serve: Callable[[Request, "ServerConnection"], None], connections: set["ServerConnection"]):
        self._serve, self._connections = serve, connections
        self._waiting: deque[tuple[Request, bool]] = deque()
        self._busy = self._keeps = self._headless = False
        self._parser = httptools.HttpRequestParser(self)
        self._target, self._headers, self._body, self._size = b"", [], b"", 0
        self.transport: asyncio.Transport | None = None

    @property
    def busy(self) -> bool:
        return self._busy

    def connection_made(self, transport) -> None:
        self.transport = transport
        self._connections.add(self)

    def connection_lost(self, _error) -> None:
        self.transport = None
        self._waiting.clear()
        self._connections.discard(self)

    def data_received(self, data: memoryview) -> None:
        self._size += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._refuse(400)
            return
        if self._size > MAX_HEAD + MAX_BODY:
            self._refuse(413)
        elif self._waiting and not self._busy:
            self._next()

    def on_message_begin(self) -> None:
        self._target, self._headers, self._body = b"", [], b""

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        self._size = 0
        request = Request(self._parser.get_method(), self._target, self._headers, self._body)
        self._waiting.append((request, self._parser.should_keep_alive()))

    def _next(self) -> None:
        request, self._keeps = self._waiting.popleft()
        self._busy, self._headless = True, request.method == b"HEAD"
        self._serve(request, self)

    def answer(self, raw: bytes) -> None:
        """Whole answer bytes. A client that went away is no error."""
        self._busy = False
        if self.transport is None or self.transport.is_closing():
            return
        self.transport.write(raw[:raw.index(b"\r\n\r\n") + 4] if self._headless else raw)
        if not self._keeps:
            self.transport.close()
        elif self._waiting:
            self._next()

    def abort(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def _refuse(self, status: int) -> None:
        if self.transport is not None:
            self.transport.write(Answer(status).raw())
            self.transport.close()
