"""A process that must not outlive the one that started it, however that one died."""

import os
import threading
import time

LOOK_SECONDS = 0.5


def exit_with(parent: int) -> None:
    """End this process, at once and from a thread, when the one with this id is no longer its parent."""
    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
        os._exit(0)

    threading.Thread(target=watch, name="parent", daemon=True).start()
