"""Control's state of the world, read by long poll in a thread, and the results of health checks on their way back."""

import json
import logging
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

log = logging.getLogger(__name__)

WAIT_SECONDS = 2.0
RETRY_SECONDS = 0.2


class Feed(threading.Thread):
    """Calls `on_state(state)`, from its own thread, with each new state. A control that does not answer is asked again:
    what it said last stays true."""

    def __init__(self, control: str, on_state: Callable[[dict[str, Any]], None]):
        super().__init__(name="feed", daemon=True)
        self._control, self._on_state = control.rstrip("/"), on_state
        self._stopped = threading.Event()

    def run(self) -> None:
        version = -1
        while not self._stopped.is_set():
            try:
                state = self._get(f"/serin/state?after={version}&wait={WAIT_SECONDS}")
            except (OSError, ValueError) as error:
                log.warning("control does not say its state: %s", error)
                time.sleep(RETRY_SECONDS)
                continue
            if state["version"] != version:
                version = state["version"]
                self._on_state(state)

    def _get(self, path: str) -> Any:
        with urllib.request.urlopen(self._control + path, timeout=WAIT_SECONDS + 5) as answer:
            return json.load(answer)

    def post(self, path: str, body: Any) -> None:
        """OSError when control does not take it."""
        request = urllib.request.Request(self._control + path, json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            answer.read()

    def stop(self) -> None:
        self._stopped.set()
