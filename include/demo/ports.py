"""Free ports on 127.0.0.1, below those that the system hands out by itself: traffic cannot take one meanwhile."""

import random
import socket

LOWEST, HIGHEST = 20_000, 32_000


def free_port() -> int:
    """A port that nobody listens on. Two demos at the same instant meet on one with a chance of 1 in 12,000."""
    for port in random.sample(range(LOWEST, HIGHEST), 200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise OSError(f"none of 200 ports tried between {LOWEST} and {HIGHEST} is free on 127.0.0.1")
