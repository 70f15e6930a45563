"""A real XMPP server of our own: prosody, on a free port of this machine, with its own certificate."""

import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from include.demo import room

HOST, ROOMS = "localhost", "rooms.localhost"
PASSWORD = "only \"for\" this\\ test é"
needs_prosody = pytest.mark.skipif(shutil.which("prosody") is None, reason="prosody is not installed on this machine")


class Prosody:
    """May be killed, and started again on what it kept."""

    def __init__(self, folder: Path, users: tuple[str, ...]):
        self._folder, self.port = folder, _free_port()
        self.ca_file = folder / "server.crt"
        self._config = room.write(folder, HOST, self.port, users, PASSWORD)
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["prosody", "--config", str(self._config), "-F"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while not self._listens():
            assert self._process.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < deadline, "prosody does not listen"
            time.sleep(0.05)

    def kill(self) -> None:
        """As a machine dies: nobody is told."""
        self._process.kill()
        self._process.wait()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]
