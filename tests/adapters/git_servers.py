"""Real git servers for tests: git's own http-backend behind a small web server that asks for a password, and
upload-pack and receive-pack behind an ssh server that asks for a key."""

import asyncio
import base64
import os
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import asyncssh

USER, TOKEN = "serin", "t0ken-s3cret"


@contextmanager
def over_http(root: Path, certificate: tuple[Path, Path] | None = None, *, may_write: bool = True,
              moved_to: str = "") -> Iterator[str]:
    """The address under which the repositories of the folder are served to USER with TOKEN."""
    about = {"root": root, "may_write": may_write, "moved_to": moved_to}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), about))
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http{'s' if certificate else ''}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    root: Path
    may_write: bool
    moved_to: str

    def do_GET(self) -> None:
        if self.moved_to:
            self.send_response(302)
            self.send_header("Location", self.moved_to + self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        wanted = "Basic " + base64.b64encode(f"{USER}:{TOKEN}".encode()).decode()
        if self.headers["Authorization"] != wanted:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        backend = ["git", "-c", "safe.directory=*", "-c", f"http.receivepack={str(self.may_write).lower()}",
                   "http-backend"]
        self._answer(subprocess.run(backend, input=self._body(), env=self._environment(), capture_output=True,
                                    check=False).stdout)

    do_POST = do_GET

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _environment(self) -> dict[str, str]:
        path, _, query = self.path.partition("?")
        return {"PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(self.root), "GIT_HTTP_EXPORT_ALL": "1",
                "REQUEST_METHOD": self.command, "PATH_INFO": path, "QUERY_STRING": query, "REMOTE_USER": USER,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", "")}

    def _answer(self, said: bytes) -> None:
        head, _, body = said.partition(b"\r\n\r\n")
        headers = dict(line.decode().split(": ", 1) for line in head.splitlines())
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


class SshServer:
    """Serves the folder to whoever has `key`. `known_hosts` is a file that knows it; `url` is where the folder is."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._root, self._loop = root, asyncio.new_event_loop()
        self._own, client = new_key(), new_key()
        self.key = as_file(client)
        self.known_hosts, self._allowed = folder / "known_hosts", folder / "authorized_keys"
        client.write_public_key(str(self._allowed))

    @contextmanager
    def serving(self) -> Iterator["SshServer"]:
        server = self._loop.run_until_complete(self._listen())
        self.known_hosts.write_text(line_of_known_hosts(port := server.get_port(), self._own))
        self.url = f"ssh://git@127.0.0.1:{port}{self._root}"
        thread = Thread(target=self._loop.run_forever)
        thread.start()
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(_ended(server), self._loop).result(10)
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
            self._loop.close()

    async def _listen(self) -> asyncssh.SSHAcceptor:
        return await asyncssh.listen("127.0.0.1", 0, server_host_keys=[self._own], encoding=None,
                                     authorized_client_keys=str(self._allowed), process_factory=_git)


async def _git(process: asyncssh.SSHServerProcess) -> None:
    verb, _, path = process.command.partition(" ")
    git = await asyncio.create_subprocess_exec(
        "git", "-c", "safe.directory=*", verb.removeprefix("git-"), path.strip("'"),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    await process.redirect(stdin=git.stdin, stdout=git.stdout, stderr=git.stderr)
    process.exit(await git.wait())


async def _ended(server: asyncssh.SSHAcceptor) -> None:
    server.close()
    await server.wait_closed()
    here = asyncio.current_task()
    others = [task for task in asyncio.all_tasks() if task is not here]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def line_of_known_hosts(port: int, key: asyncssh.SSHKey) -> str:
    return f"[127.0.0.1]:{port} {key.export_public_key().decode()}"


def new_key(kind: str = "ssh-ed25519") -> asyncssh.SSHKey:
    return asyncssh.generate_private_key(kind)


def as_file(key: asyncssh.SSHKey) -> str:
    return key.export_private_key().decode()
