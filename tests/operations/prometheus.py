"""A real Prometheus, of Debian, that scrapes one page of the test."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

SCRAPES_EVERY = 0.2
PATIENCE = 60

needs_prometheus = pytest.mark.skipif(not shutil.which("prometheus"), reason="Debian's package prometheus is missing")
needs_promtool = pytest.mark.skipif(not shutil.which("promtool"), reason="Debian's package prometheus is missing")


class Prometheus:
    """Its query API; each answer is what there is at that moment."""

    def __init__(self, port: int):
        self._at = f"http://127.0.0.1:{port}"

    def query(self, expression: str) -> list[dict[str, Any]]:
        with urlopen(f"{self._at}/api/v1/query?{urlencode({'query': expression})}", timeout=10) as answer:
            return json.load(answer)["data"]["result"]

    def is_scraping(self, times: int) -> bool:
        try:
            found = self.query("count_over_time(up[1h])")
        except OSError:
            return False
        return bool(found) and int(found[0]["value"][1]) >= times


@contextmanager
def prometheus(folder: Path, page: Any, times: int = 4) -> Iterator[Prometheus]:
    """It has scraped `page()` so many times."""
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = page().encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    served = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    Thread(target=served.serve_forever, daemon=True).start()
    settings = folder / "prometheus.yml"
    settings.write_text(json.dumps({"global": {"scrape_interval": f"{SCRAPES_EVERY * 1000:g}ms",
                                               "scrape_timeout": f"{SCRAPES_EVERY * 1000:g}ms"},
                                    "scrape_configs": [{"job_name": "statsd", "static_configs": [
                                        {"targets": [f"127.0.0.1:{served.server_port}"]}]}]}))
    port = _free_port()
    with open(folder / "prometheus.log", "wb") as log:
        process = subprocess.Popen(["prometheus", f"--config.file={settings}", f"--storage.tsdb.path={folder}/data",
                                    f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log)
    try:
        found = Prometheus(port)
        until = time.monotonic() + PATIENCE
        while not found.is_scraping(times):
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError((folder / "prometheus.log").read_text()[-2000:])
            time.sleep(SCRAPES_EVERY / 2)
        yield found
    finally:
        process.kill()
        process.wait()
        served.shutdown()
        served.server_close()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
