"""A small HTTP server of a test's own, which remembers what it was asked."""

import json
from collections.abc import Callable
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs


@contextmanager
def serving(answer: Callable[[str, str, dict, dict], tuple[int, Any]]):
    """`answer(method, path, headers, body)` is asked; yields the server's address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            path, _, query = self.path.partition("?")
            of_json = body and "json" in self.headers.get("Content-Type", "")
            said = _form(query) | (json.loads(body) if of_json else _form(body))
            status, found = answer(self.command, path, dict(self.headers), said)
            text = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _form(text: str) -> dict[str, str]:
    return {key: some[0] for key, some in parse_qs(text).items()}
