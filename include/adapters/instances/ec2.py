"""EC2 instances, asked over HTTP on their private addresses, as the port `Instances`."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx

from include.adapters.aws import Aws, Session
from include.adapters.ec2_addresses import private_addresses
from include.domain.red_black.versions import Said

AT_ONCE = 32
MOST_BYTES = 64 * 1024
TIMEOUT = httpx.Timeout(5, connect=3)


class Ec2Instances:
    def __init__(self, session: Session) -> None:
        self._aws = Aws(session)

    def ask(self, instances: Sequence[str], port: int, path: str) -> dict[str, Said]:
        addresses = private_addresses(self._aws, instances)
        # Of the environment nothing is taken: a proxy does not know private addresses, and a redirect leads elsewhere.
        with (httpx.Client(timeout=TIMEOUT, trust_env=False, follow_redirects=False,
                           limits=httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=0)) as client,
              ThreadPoolExecutor(AT_ONCE) as askers):
            said = askers.map(lambda one: _ask(client, addresses.get(one, ""), port, path), instances)
            return dict(zip(instances, said, strict=True))


def _ask(client: httpx.Client, address: str, port: int, path: str) -> Said:
    if not address:
        return Said(error="it has no private address")
    try:
        with client.stream("GET", f"http://{address}:{port}{path}") as answer:
            body = bytearray()
            for part in answer.iter_bytes():
                body += part
                if len(body) >= MOST_BYTES:
                    break
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Said(answer.status_code, headers, bytes(body[:MOST_BYTES]).decode(errors="replace"))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Said(error=type(error).__name__)
