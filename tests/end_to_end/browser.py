"""Chromium without a window, spoken to over its DevTools protocol: it opens a page, reads it and presses a button."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

SECONDS = 90
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update", "--window-size=1200,1000",
         "--remote-debugging-port=0")
PRESS = """(() => {
  const found = [...document.querySelectorAll("button")].find(one => one.innerText.trim() === %s && !one.disabled);
  if (found) found.click();
  return Boolean(found);
})()"""


def chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("google-chrome")


class Browser:
    """One page; its files are in the folder."""

    def __init__(self, folder: Path):
        self._folder, self._number = folder / "chromium", 0

    def __enter__(self) -> "Browser":
        self._process = subprocess.Popen([chromium(), *QUIET, f"--user-data-dir={self._folder}", "about:blank"],
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port = self._folder / "DevToolsActivePort"
        self._until(lambda: port.exists() and port.read_text().count("\n"), "chromium does not answer")
        number, path = port.read_text().split("\n")
        self._connection = connect(f"ws://127.0.0.1:{number}{path}", max_size=None, proxy=None)
        self._socket = self._connection.__enter__()
        target = self._say("Target.createTarget", url="about:blank")["targetId"]
        self._page = self._say("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.__exit__(None, None, None)
        self._process.kill()
        self._process.wait()

    def open(self, address: str) -> None:
        self._say("Page.navigate", url=address, sessionId=self._page)

    def sees(self, text: str) -> None:
        self._until(lambda: text in self.text(), f"{text!r} is not on the page")

    def press(self, label: str) -> None:
        """The button with this label, once it is there and may be pressed."""
        self._until(lambda: self.run(PRESS % json.dumps(label)), f"no button {label!r}")

    def text(self) -> str:
        return self.run("document.body ? document.body.innerText : ''") or ""

    def run(self, code: str) -> Any:
        return self._say("Runtime.evaluate", expression=code, returnByValue=True,
                         sessionId=self._page)["result"].get("value")

    def _say(self, method: str, sessionId: str = "", **parameters: Any) -> dict[str, Any]:
        self._number += 1
        to = {"sessionId": sessionId} if sessionId else {}
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters, **to}))
        while (answer := json.loads(self._socket.recv(SECONDS))).get("id") != self._number:
            pass
        assert "result" in answer, answer
        return answer["result"]

    def _until(self, holds: Callable[[], Any], otherwise: str) -> None:
        deadline = time.monotonic() + SECONDS
        while not holds():
            assert self._process.poll() is None, "chromium ended"
            assert time.monotonic() < deadline, f"{otherwise}: {self.text()[:2000] if self._number else ''}"
            time.sleep(0.5)
