"""Whoever is sent metrics, for real: a StatsD server's socket, and an OTLP receiver over HTTP."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class Statsd:
    """A UDP socket on 127.0.0.1."""

    def __init__(self):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]

    def lines(self) -> list[str]:
        """What came since, until nothing comes for a moment: for what another process sends."""
        return self._until(TimeoutError, 0.2)

    def waiting(self) -> list[str]:
        """What is there already: this process sent it before it asks."""
        return self._until(BlockingIOError, 0)

    def _until(self, end: type[OSError], seconds: float) -> list[str]:
        self._socket.settimeout(seconds)
        found: list[str] = []
        while True:
            try:
                found += self._socket.recv(65536).decode().splitlines()
            except end:
                return found

    def close(self) -> None:
        self._socket.close()


@contextmanager
def statsd() -> Iterator[Statsd]:
    server = Statsd()
    try:
        yield server
    finally:
        server.close()


class Otlp(ThreadingHTTPServer):
    """Takes POSTs to /v1/metrics, as a collector does; `points` are (name, attributes, value) of all of them."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Export)
        self.bodies: list[bytes] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def points(self) -> list[tuple[str, dict[str, str], Any]]:
        from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

        asked = [ExportMetricsServiceRequest.FromString(body) for body in self.bodies]
        metrics = [metric for one in asked for resource in one.resource_metrics
                   for scope in resource.scope_metrics for metric in scope.metrics]
        return [(metric.name, {pair.key: pair.value.string_value for pair in point.attributes}, _value(point))
                for metric in metrics for point in getattr(metric, metric.WhichOneof("data")).data_points]


def _value(point: Any) -> float:
    if hasattr(point, "as_int"):
        return point.as_int if point.WhichOneof("value") == "as_int" else point.as_double
    return point.sum


class _Export(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            import gzip

            body = gzip.decompress(body)
        self.server.bodies.append(body)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def otlp() -> Iterator[Otlp]:
    server = Otlp()
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
