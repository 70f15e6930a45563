"""One listener of a load balancer: a real HTTP server that forwards as an ALB does and counts what happened."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping

from include.local_cloud.data import calls, routing
from include.local_cloud.data.target_group import TargetGroup
from include.local_cloud.data.wire import Answer, Request, ServerConnection

TARGET_SECONDS = 5.0       # ALB's idle timeout is 60 s
STATUS_OF = {"timeout": 504, "refused": 502, "cut": 502}

OnDone = Callable[[str, int, int, float], None]


class Balancer:
    """`on_done(instance, call, status, milliseconds)` is told of every request that was given to a target;
    `asg_of(instance)` names a target's ASG for the answers that the balancer gives in its stead."""

    def __init__(self, name: str, port: int, target_groups: Mapping[str, TargetGroup],
                 asg_of: Callable[[str], str], on_done: OnDone):
        self.name, self.port = name, port
        self.rules: list[routing.Rule] = []
        self.counters: Counter[str] = Counter()
        self._target_groups, self._asg_of, self._on_done = target_groups, asg_of, on_done
        self._connections: set[ServerConnection] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: ServerConnection(self._serve, self._connections),
                                                "127.0.0.1", 0, backlog=512)

    @property
    def address(self) -> tuple[str, int] | None:
        """Where it really listens: AWS's listener port is only its name here."""
        return self._server.sockets[0].getsockname() if self._server and self._server.sockets else None

    def close(self) -> None:
        if self._server:
            self._server.close()
        for connection in list(self._connections):
            connection.abort()

    def _serve(self, request: Request, connection: ServerConnection) -> None:
        path = request.target.partition(b"?")[0].decode("latin-1")
        arn = routing.choose_target_group(self.rules, path)
        group = self._target_groups.get(arn)
        target = group.next_target() if group else None
        self.counters["requests"] += 1
        if target is None:
            self.counters["503"] += 1
            if group:
                group.counters["no_target"] += 1
            connection.answer(Answer(503, [(b"Content-Type", b"text/plain")], b"no target\n").raw())
            return
        self._forward(request, connection, group, target)

    def _forward(self, request: Request, connection: ServerConnection, group: TargetGroup, target: str) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        call = calls.number(request.target, request.header(b"x-device"))

        def done(answer: Answer) -> None:
            if not answer.status:
                answer = self._own(answer.failure, target)
            group.counters["requests"] += 1
            group.counters[f"{answer.status // 100}xx"] += 1
            self._on_done(target, call, answer.status, (loop.time() - began) * 1000)
            connection.answer(answer.raw())

        group.pool(target).ask(request.raw([(b"X-Forwarded-For", b"127.0.0.1")]), TARGET_SECONDS, done)

    def _own(self, failure: str, target: str) -> Answer:
        """The balancer's own answer in place of a target that gave none."""
        status = STATUS_OF[failure]
        self.counters[str(status)] += 1
        return Answer(status, [(b"Content-Type", b"text/plain"), (b"X-Serin-Asg", self._asg_of(target).encode()),
                               (b"X-Serin-Instance", target.encode())], f"target: {failure}\n".encode())
