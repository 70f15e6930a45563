"""Generated load on a real HTTP server: open loop, GET only, and nothing hidden of what waits."""

import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from include.adapters.load.http import HttpLoad
from include.domain.errors import BadInput
from include.domain.load import LoadPlan, Request, percentile

MIX = (Request("/home", 0.75), Request("/play?device=tv", 0.25))


class Addresses:
    """EC2 knows where the instance is."""

    def __init__(self, address="127.0.0.1"):
        self.address = address

    def client(self, service):
        raise AssertionError(f"{service} is not asked: addresses are given")


@pytest.fixture(autouse=True)
def known(monkeypatch):
    monkeypatch.setattr("include.adapters.load.http.private_addresses",
                        lambda aws, instances: {"i-1": "127.0.0.1", "i-2": ""})


@contextmanager
def server(slots=64, work=0.0, stalls_at=None, stall=0.0):
    """So many at once, each for so long; the request number `stalls_at` and all after it wait for `stall` first."""
    free, seen, lock = threading.Semaphore(slots), [], threading.Lock()
    until = [0.0]

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            with lock:
                seen.append((self.command, self.path, self.headers.get("User-Agent"), self.headers.get("Host")))
                if len(seen) == stalls_at:
                    until[0] = time.monotonic() + stall
            with free:
                time.sleep(max(0.0, until[0] - time.monotonic()) + work)
            with suppress(BrokenPipeError, ConnectionResetError):   # who asked waits no longer
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

        do_POST = do_PUT = do_DELETE = do_HEAD = do_GET

        def log_message(self, *_): ...

    class Server(ThreadingHTTPServer):
        request_queue_size = 256
        daemon_threads = True

    http = Server(("127.0.0.1", 0), Answer)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    try:
        yield http.server_address[1], seen
    finally:
        http.shutdown()
        http.server_close()


def drive(port, rps=60.0, seconds=1.0, in_flight=64, timeout=5.0, host="", instance="i-1"):
    return HttpLoad(Addresses()).drive(instance, LoadPlan(port, MIX, in_flight, timeout, host), rps, seconds)


def test_only_gets_of_declared_paths_are_sent_in_the_mix_that_was_recorded():
    with server() as (port, seen):
        found = drive(port, rps=150.0, host="api.example.com")
    assert {method for method, *_ in seen} == {"GET"}
    paths = Counter(path for _, path, *_ in seen)
    assert set(paths) == {"/home", "/play?device=tv"}
    assert paths["/home"] / len(seen) == pytest.approx(0.75, abs=0.15)
    assert {(agent, host) for _, _, agent, host in seen} == {("serin-squeeze", "api.example.com")}
    assert len(seen) == found.sent


def test_an_instance_with_more_than_it_carries_answers_what_it_carries_and_its_latency_grows():
    """One slot of 50 ms carries 20 requests/s."""
    with server(slots=1, work=0.05) as (port, _):
        easy, hard = drive(port, rps=5.0, seconds=2.0), drive(port, rps=60.0, seconds=2.0)
    assert hard.answered / hard.seconds <= 21
    assert hard.answered / hard.seconds < 0.5 * hard.sent / hard.seconds
    assert percentile(hard.latencies_ms, 99) > 5 * percentile(easy.latencies_ms, 50)


def test_what_waits_behind_a_stall_counts_from_when_it_was_due():
    """A client that waits for answers would see one slow request; the viewers of half a second all wait."""
    with server(stalls_at=10, stall=0.8) as (port, _):
        found = drive(port, rps=40.0, seconds=1.5, in_flight=256)
    slow = [latency for latency in found.latencies_ms if latency > 100]
    assert len(slow) > 0.15 * found.sent
    assert len(found.latencies_ms) == found.sent


def test_what_is_too_much_in_flight_is_held_back_counts_as_failed_and_as_long_as_was_waited_for():
    with server(slots=1, work=0.3) as (port, seen):
        found = drive(port, rps=60.0, in_flight=4, timeout=3.0)
    held = found.sent - len(seen)
    assert held > 0
    assert found.failed >= held
    assert sum(latency >= 3000 for latency in found.latencies_ms) >= held
    assert len(found.latencies_ms) == found.sent


def test_an_answer_that_does_not_come_in_time_failed():
    with server(work=1.0) as (port, _):
        found = drive(port, rps=10.0, timeout=0.3)
    assert found.failed == found.sent > 0
    assert min(found.latencies_ms) >= 300


def test_an_instance_without_an_address_is_named():
    with pytest.raises(BadInput, match="i-2 has no private address"):
        drive(8080, instance="i-2")


def test_a_request_that_is_sent_late_counts_from_when_it_was_due_and_the_lateness_is_told(monkeypatch):
    def held_up(*_):
        yield 0.0, "/home"
        time.sleep(0.4)     # the worker does something else meanwhile
        yield 0.01, "/home"

    monkeypatch.setattr("include.adapters.load.http.arrivals", held_up)
    with server() as (port, _):
        found = drive(port)
    assert min(found.latencies_ms) >= 390
    assert found.late_ms >= 390
