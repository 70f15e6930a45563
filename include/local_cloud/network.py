"""A 127.N network of one's own: two clouds side by side must not meet."""

import random
import socket
import sys

from include.domain.errors import BadInput

CLAIM = ("255.254", 45045)      # this address of a network is bound by the cloud that has it


def claim_network() -> tuple[str, socket.socket]:
    """("127.41", the claim): it is ours until the claim is closed, at the latest when this process ends."""
    if not sys.platform.startswith("linux"):
        raise BadInput(f"the local cloud needs Linux, where every address of 127.0.0.0/8 can be bound; "
                       f"this is {sys.platform}")
    problem: OSError | None = None
    for number in random.sample(range(16, 255), 64):
        claim = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            claim.bind((f"127.{number}.{CLAIM[0]}", CLAIM[1]))
            claim.listen(1)
        except OSError as error:
            claim.close()
            problem = error
        else:
            return f"127.{number}", claim
    raise BadInput(f"no loopback network can be bound (64 tried, as 127.{number}.{CLAIM[0]}:{CLAIM[1]}): {problem}")
