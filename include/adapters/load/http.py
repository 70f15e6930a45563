"""Load over HTTP, from this process, as the port `Load`. Open loop: a request is sent when it is due, whether or not
the others were answered, and its latency counts from then. A client that waits for answers would send a slow instance
less, and call it fast (coordinated omission: Tene, "How NOT to measure latency").
"""

import asyncio
from dataclasses import dataclass, field

import httpx

from include.adapters.aws import Aws, Session
from include.adapters.ec2_addresses import private_addresses
from include.domain.errors import BadInput
from include.domain.load import Driven, LoadPlan, arrivals, percentile

AGENT = "serin-squeeze"     # so that access logs tell it from viewers


class HttpLoad:
    def __init__(self, session: Session) -> None:
        self._aws = Aws(session)
        self._seed = 0

    def drive(self, instance: str, plan: LoadPlan, rps: float, seconds: float) -> Driven:
        address = private_addresses(self._aws, [instance]).get(instance, "")
        if not address:
            raise BadInput(f"{instance} has no private address: no load can be sent there")
        self._seed += 1     # every slice has its own arrivals
        return asyncio.run(_drive(address, plan, rps, seconds, self._seed))


@dataclass
class _Counts:
    answered: int = 0
    failed: int = 0
    sent: int = 0
    latencies: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)


async def _drive(address: str, plan: LoadPlan, rps: float, seconds: float, seed: int) -> Driven:
    loop, counts, under_way = asyncio.get_running_loop(), _Counts(), set()
    # Of the environment nothing is taken: a proxy does not know private addresses, and a redirect leads elsewhere.
    async with httpx.AsyncClient(
            base_url=f"http://{address}:{plan.port}", timeout=plan.timeout_seconds, trust_env=False,
            follow_redirects=False, headers={"User-Agent": AGENT} | ({"Host": plan.host} if plan.host else {}),
            limits=httpx.Limits(max_connections=plan.in_flight, max_keepalive_connections=plan.in_flight)) as client:
        began = loop.time()
        for due, path in arrivals(plan, rps, seconds, seed):
            await asyncio.sleep(max(0.0, began + due - loop.time()))
            counts.sent += 1
            counts.late.append(loop.time() - began - due)
            if len(under_way) >= plan.in_flight:
                _held(counts, plan)
                continue
            task = asyncio.create_task(_get(client, path, began + due, began + seconds, plan, counts))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        await asyncio.sleep(max(0.0, began + seconds - loop.time()))
        await asyncio.gather(*under_way)
    return Driven(counts.sent, counts.answered, counts.failed, seconds,
                  tuple(1000 * one for one in counts.latencies), 1000 * percentile(counts.late, 99))


async def _get(client: httpx.AsyncClient, path: str, due: float, until: float, plan: LoadPlan,
               counts: _Counts) -> None:
    """One GET, whose body is read to its end and thrown away."""
    loop, failed = asyncio.get_running_loop(), True
    try:
        async with asyncio.timeout_at(due + plan.timeout_seconds), client.stream("GET", path) as answer:
            async for _ in answer.aiter_raw():
                pass
            failed = answer.status_code >= 400
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
        counts.failed += 1
        counts.latencies.append(max(plan.timeout_seconds, loop.time() - due))
        return
    counts.failed += failed
    counts.latencies.append(loop.time() - due)
    counts.answered += loop.time() <= until and not failed


def _held(counts: _Counts, plan: LoadPlan) -> None:
    """Too many wait already: an open loop without an end would run out of sockets, and harm the worker."""
    counts.failed += 1
    counts.latencies.append(plan.timeout_seconds)
