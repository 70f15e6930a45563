"""A Prometheus for tests: Debian's, where it is installed, and one of paper that answers the same questions.

Both are written to with `write(labels, (at, value), …)`, or with many series at once; the one of paper knows the shape
of query that reads values.
"""

import json
import re
import shutil
import socket
import struct
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from tests.adapters.cloud import eventually

installed = pytest.mark.skipif(not shutil.which("prometheus"), reason="no prometheus here (Debian: prometheus)")


Series = tuple[dict[str, str], Sequence[tuple[float, float]]]      # labels, and points of time and value


class Real:
    """The remote-write endpoint takes samples of any time that is not before what it has."""

    def __init__(self, url: str) -> None:
        self.url = url

    def write(self, labels: dict[str, str], *points: tuple[float, float]) -> None:
        self.write_all([(labels, points)])

    def write_all(self, series: Iterable[Series]) -> None:
        body = b"".join(_field(1, _series(labels, points)) for labels, points in series)
        answer = httpx.post(f"{self.url}/api/v1/write", content=_snappy(body), timeout=60, headers={
            "Content-Encoding": "snappy", "X-Prometheus-Remote-Write-Version": "0.1.0"})
        assert answer.is_success, answer.text


@contextmanager
def real(folder: Path, scrape: str = "") -> Iterator[Real]:
    """`scrape`: host:port of a page that is scraped once a second."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    jobs = [{"job_name": "page", "scrape_interval": "1s", "static_configs": [{"targets": [scrape]}]}] if scrape else []
    (folder / "prometheus.yml").write_text(json.dumps({"scrape_configs": jobs}))
    process = subprocess.Popen(
        ["prometheus", f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}",
         f"--web.listen-address={address}", "--web.enable-remote-write-receiver", "--log.level=error"], cwd=folder)
    try:
        eventually(lambda: _is_ready(address), "a Prometheus that is ready")
        yield Real(f"http://{address}")
    finally:
        process.kill()
        process.wait()


def _is_ready(address: str) -> bool:
    try:
        return httpx.get(f"http://{address}/-/ready").is_success
    except httpx.TransportError:
        return False


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def _field(number: int, body: bytes) -> bytes:
    """A field of a protobuf message, with its length."""
    return bytes([number << 3 | 2]) + _varint(len(body)) + body


def _series(labels: dict[str, str], points: Sequence[tuple[float, float]]) -> bytes:
    body = b"".join(_field(1, _label(*pair)) for pair in sorted(labels.items()))
    return body + b"".join(_field(2, b"\x09" + struct.pack("<d", value) + b"\x10" + _varint(round(at * 1000)))
                           for at, value in points)


def _label(name: str, value: str) -> bytes:
    return _field(1, name.encode()) + _field(2, value.encode())


def _snappy(body: bytes) -> bytes:
    """Snappy without compression: the length, then one literal."""
    return _varint(len(body)) + b"\xfc" + struct.pack("<I", len(body) - 1) + body


class Paper:
    """Answers `query_range` as documented, or with what stands in `answers` (status and body), first in first out."""

    QUERY = re.compile(r"(sum|avg|max|min) by \(([\w,]+)\) \(avg_over_time\((\w+)\{(.*)\}\[(\d+)s\]\)\)")
    ACROSS = {"sum": sum, "max": max, "min": min, "avg": lambda values: sum(values) / len(values)}

    def __init__(self) -> None:
        self.url = ""
        self.samples: dict[tuple[tuple[str, str], ...], dict[float, float]] = {}
        self.asked: list[dict[str, str]] = []
        self.headers: dict[str, str] = {}
        self.answers: list[tuple[int, Any]] = []

    def write(self, labels: dict[str, str], *points: tuple[float, float]) -> None:
        self.write_all([(labels, points)])

    def write_all(self, series: Iterable[Series]) -> None:
        for labels, points in series:
            self.samples.setdefault(tuple(sorted(labels.items())), {}).update(points)

    def answer(self, path: str, asked: dict[str, str]) -> tuple[int, Any]:
        self.asked.append(asked)
        if self.answers:
            return self.answers.pop(0)
        if path != "/api/v1/query_range":
            return 404, "404 page not found"
        result = [{"metric": metric, "values": values} for metric, values in self._series(asked) if values]
        return 200, {"status": "success", "data": {"resultType": "matrix", "result": result}}

    def _series(self, asked: dict[str, str]) -> Iterator[tuple[dict[str, str], list[list[Any]]]]:
        across, by, metric, matchers, window = self.QUERY.fullmatch(asked["query"]).groups()
        start, end, step = (float(asked[key]) for key in ("start", "end", "step"))
        times = [round(start + at * step, 3) for at in range(int((end - start) / step + 1e-6) + 1)]
        groups: dict[tuple[tuple[str, str], ...], list[dict[float, float]]] = {}
        for labels, points in self.samples.items():
            if dict(labels)["__name__"] == metric and _matches(dict(labels), matchers):
                groups.setdefault(tuple(pair for pair in labels if pair[0] in by.split(",")), []).append(points)
        for labels, members in groups.items():
            means = [(time, [mean for points in members for mean in _mean(points, time, int(window))])
                     for time in times]
            yield dict(labels), [[time, str(self.ACROSS[across](found))] for time, found in means if found]


def _mean(points: dict[float, float], time: float, window: int) -> list[float]:
    inside = [value for at, value in points.items() if round(time - window, 3) < at <= time]
    return [sum(inside) / len(inside)] if inside else []


def _matches(labels: dict[str, str], matchers: str) -> bool:
    for name, operator, text in re.findall(r'(\w+)(=~|=)("(?:[^"\\]|\\.)*")', matchers):
        value, wanted = labels.get(name, ""), json.loads(text)
        if not (re.fullmatch(wanted, value) if operator == "=~" else value == wanted):
            return False
    return True


@contextmanager
def paper(_: Path | None = None) -> Iterator[Paper]:
    made = Paper()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.headers = dict(self.headers)
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True)
            status, body = made.answer(self.path, {key: values[0] for key, values in form.items()})
            text = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            made.url = f"http://127.0.0.1:{server.server_port}"
            yield made
        finally:
            server.shutdown()
            thread.join()
