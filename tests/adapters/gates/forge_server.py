"""A forge for tests: answers what GitHub and GitLab document, from the statuses and checks that a test puts there."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

A_PAGE = 30     # where nobody asks for another size


class Forge:
    """`statuses` and `checks` are GitHub's, `jobs` GitLab's, each a list by commit; `answers` (status, headers, body)
    come first, first in first out."""

    def __init__(self) -> None:
        self.statuses: dict[str, list[dict[str, Any]]] = {}
        self.checks: dict[str, list[dict[str, Any]]] = {}
        self.jobs: dict[str, list[dict[str, Any]]] = {}
        self.answers: list[tuple[int, dict[str, str], str]] = []
        self.asked: list[tuple[str, dict[str, str]]] = []

    def status(self, commit: str, state: str, context: str = "ci/test", **more: Any) -> None:
        kept = [one for one in self.statuses.get(commit, []) if one["context"] != context]
        self.statuses[commit] = [{"context": context, "state": state, "description": None, "target_url": None} | more,
                                 *kept]

    def check(self, commit: str, status: str, conclusion: str | None = None, name: str = "ci/test",
              **more: Any) -> None:
        self.checks.setdefault(commit, []).append(
            {"name": name, "status": status, "conclusion": conclusion, "html_url": None, "output": {"title": None}}
            | more)

    def job(self, commit: str, status: str, name: str = "ci/test", **more: Any) -> None:
        jobs = self.jobs.setdefault(commit, [])
        jobs.append({"id": 100 + len(jobs), "name": name, "status": status, "description": None, "target_url": None,
                     "allow_failure": False} | more)

    def answer(self, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], str]:
        url = urlsplit(path)
        self.asked.append((path, headers))
        if self.answers:
            return self.answers.pop(0)
        asked = {key: values[0] for key, values in parse_qs(url.query).items()}
        body = self._body([unquote(part) for part in url.path.split("/")[1:]], asked)
        return (404, {}, '{"message": "Not Found"}') if body is None else (200, {}, json.dumps(body))

    def _body(self, path: list[str], asked: dict[str, str]) -> Any:
        match path:
            case ["repos", "example", "api", "commits", commit, "status"]:
                return {"state": "pending", "statuses": _page(self.statuses.get(commit, []), asked)}
            case ["repos", "example", "api", "commits", commit, "check-runs"]:
                return {"total_count": len(self.checks.get(commit, [])),
                        "check_runs": _page(self.checks.get(commit, []), asked)}
            case ["api", "v4", "projects", "example/api", "repository", "commits", commit, "statuses"]:
                return _page(self.jobs.get(commit, []), asked)
        return None


def _page(items: list[Any], asked: dict[str, str]) -> list[Any]:
    size, page = int(asked.get("per_page", A_PAGE)), int(asked.get("page", 1))
    return items[(page - 1) * size:page * size]


@contextmanager
def forge() -> Iterator[tuple[Forge, str]]:
    """The server and its URL."""
    made = Forge()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, text = made.answer(self.path, dict(self.headers))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield made, f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
