"""A Jira of paper: Cloud's call for many issues, or Data Center's search, as each answers."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from atlassian import Jira

CLOUD, SEARCH = "/rest/api/3/issue/bulkfetch", "/rest/api/2/search"


class JiraServer(ThreadingHTTPServer):
    """`asked` is every call: path, ids, the login. `status` is what it answers all calls with; `body` what it says."""

    daemon_threads = True

    def __init__(self, tickets: Mapping[str, tuple[str, str]], is_cloud: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.tickets, self.path = tickets, CLOUD if is_cloud else SEARCH
        self.asked: list[tuple[str, list[str], str]] = []
        self.status, self.body = 200, b""
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def jira(tickets: Mapping[str, tuple[str, str]], *, is_cloud: bool) -> Iterator[JiraServer]:
    server = JiraServer(tickets, is_cloud)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def client_of(server: JiraServer) -> Jira:
    """As the provider's hook makes it."""
    return Jira(url=server.url, username="ada", password="secret", api_version="2", api_root="rest/api")


class _Answers(BaseHTTPRequestHandler):
    server: JiraServer

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        keys = said["issueIdsOrKeys"] if "issueIdsOrKeys" in said else _of_query(said)
        self.server.asked.append((self.path, keys, self.headers.get("Authorization", "")))
        unknown = [key for key in keys if key not in self.server.tickets]
        if self.path != self.server.path:
            self._answer(404, {"errorMessages": ["no such thing"]})
        elif self.server.status != 200 or self.server.body:
            self._answer(self.server.status, self.server.body)
        elif self.path == SEARCH and unknown and said["validateQuery"] is not False:
            self._answer(400, {"errorMessages": [f"An issue with key '{unknown[0]}' does not exist for field 'key'."]})
        else:
            issues = [{"id": "1", "key": key, "fields": {"summary": summary, "status": {"name": status}}}
                      for key, (summary, status) in self.server.tickets.items() if key in keys]
            self._answer(200, {"issues": issues, "issueErrors": []})

    def _answer(self, status: int, said: Any) -> None:
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json;charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


def _of_query(said: Mapping[str, Any]) -> list[str]:
    assert said["maxResults"] >= len(said["jql"].split(","))
    return said["jql"].removeprefix("key in (").removesuffix(")").split(",")
