"""The WSGI gate before moto: one call at a time, the faults on the way in and out, repeated ClientTokens, /serin/."""

import hashlib
import io
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import responses
from typing import Any

from include.local_cloud.control.api import Api
from include.local_cloud.control.calls import Call, error, read_call, throttled
from include.local_cloud.control.faults import Fault
from include.local_cloud.control.state import State
from include.local_cloud.control.world import World

COMPUTE = ("ec2", "autoscaling", "elasticloadbalancing")
ANSWERS_KEPT, ANSWER_EVERY, ANSWERS_LAST, TOKENS_KEPT = 64, 0.2, 120, 500


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass
class Memory:
    """Answers given before: by ClientToken, to repeat them, and of Describe calls, to be stale on demand."""

    by_token: dict[tuple[str, ...], tuple[str, Answer]] = field(default_factory=dict)
    described: dict[tuple[str, ...], deque[tuple[float, Answer]]] = field(default_factory=dict)

    def remember(self, key: tuple[str, ...], answer: Answer, now: float) -> None:
        past = self.described.setdefault(key, deque(maxlen=ANSWERS_KEPT))
        if len(past) > 1 and now - past[-2][0] < ANSWER_EVERY:
            past.pop()  # the newest is always kept, and those before it thinned out
        past.append((now, answer))
        for old in [k for k, p in self.described.items() if now - p[-1][0] > ANSWERS_LAST]:
            del self.described[old]

    def stale(self, key: tuple[str, ...], before: float) -> Answer | None:
        """The newest answer from before then; else the oldest there is; None where this was never asked."""
        past = self.described.get(key)
        if not past:
            return None
        return next((answer for at, answer in reversed(past) if at <= before), past[0][1])


class Gate:
    """The application that the server serves."""

    def __init__(self, world: World, state: State, moto: Callable[..., Iterable[bytes]]):
        self._world, self._state, self._moto = world, state, moto
        self._api, self._memory = Api(world, state), Memory()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = _read(environ)
        if environ.get("PATH_INFO", "").startswith("/serin/"):
            answer = Answer(*self._api.answer(environ, body))
        else:
            answer = self._aws(environ, body)
        if answer is None:
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            return []
        headers = answer.headers
        if environ["REQUEST_METHOD"] != "HEAD":  # whose Content-Length is that of the body it leaves out
            headers = [(key, value) for key, value in headers if key.lower() != "content-length"]
            headers.append(("Content-Length", str(len(answer.body))))
        start_response(f"{answer.status} {responses.get(answer.status, 'Unknown')}", headers)
        return [answer.body]

    def _aws(self, environ: dict[str, Any], body: bytes) -> Answer | None:
        """The answer; None to hang up without one."""
        call = read_call(environ, body)
        before = self._strikes("error_before", call)
        if slow := self._strikes("latency", call):
            time.sleep(slow.seconds)
        if before is not None:
            return self._failed(before, call, environ)
        with self._world.lock:
            if self._world.faults.throttles(self._world.now(), call.region, call.action):
                return _error(call, environ, *throttled(call.service))
            answer = self._answer(call, environ, body)
        after = self._strikes("error_after", call)
        return answer if after is None else self._failed(after, call, environ)

    def _strikes(self, kind: str, call: Call) -> Fault | None:
        with self._world.lock:
            return self._world.faults.strikes(kind, self._world.now(), region=call.region, action=call.action)

    @staticmethod
    def _failed(fault: Fault, call: Call, environ: dict[str, Any]) -> Answer | None:
        return None if fault.drop else _error(call, environ, fault.code, fault.status, fault.message)

    def _answer(self, call: Call, environ: dict[str, Any], body: bytes) -> Answer:
        digest = hashlib.sha256(body).hexdigest()
        if call.token:
            return self._once(call, environ, body, digest)
        if not (call.reads and call.service in COMPUTE):
            return self._through(call, environ, body)
        key, now = (call.service, call.region, digest), self._world.now()
        stale = self._world.faults.strikes("stale", now, region=call.region, action=call.action)
        old = self._memory.stale(key, now - stale.seconds) if stale else None
        answer = old or self._through(call, environ, body)
        if old is None and answer.status == HTTPStatus.OK:
            self._memory.remember(key, answer, now)
        return answer

    def _once(self, call: Call, environ: dict[str, Any], body: bytes, digest: str) -> Answer:
        """A call that comes again with its ClientToken is answered as before, and does nothing more."""
        key, known = (call.service, call.region, call.action, call.token), self._memory.by_token
        if key in known:
            if known[key][0] == digest:
                return known[key][1]
            return _error(call, environ, "IdempotentParameterMismatch", 400,
                          f"Arguments on this idempotent request are inconsistent with ClientToken {call.token}")
        answer = self._through(call, environ, body)
        if answer.status == HTTPStatus.OK:
            known[key] = (digest, answer)
            for oldest in list(known)[:-TOKENS_KEPT]:
                del known[oldest]
        return answer

    def _through(self, call: Call, environ: dict[str, Any], body: bytes) -> Answer:
        environ["wsgi.input"] = io.BytesIO(body)
        told: list[Any] = []
        try:
            if call.service in COMPUTE:
                self._world.region(call.region)
            chunks = self._moto(environ, lambda status, headers, *_: told.extend((status, headers)))
            answer = Answer(int(told[0].split()[0]), told[1], b"".join(chunks))
        except NotImplementedError as missing:
            return _error(call, environ, "InvalidAction", 400, f"{call.action} is not in the local cloud: {missing}")
        except Exception as broken:  # moto's own faults must reach the caller as AWS's, not as a page of HTML
            return _error(call, environ, "InternalFailure", 500, f"{call.action}: {broken!r}")
        if call.service in COMPUTE and not call.reads:
            self._state.refresh()
        return answer


def _read(environ: dict[str, Any]) -> bytes:
    """The whole body, before the lock is taken: a slow sender must not hold up the cloud."""
    length = environ.get("CONTENT_LENGTH")
    if not length and not environ.get("wsgi.input_terminated"):
        return b""
    body = environ["wsgi.input"].read(int(length)) if length else environ["wsgi.input"].read()
    environ["CONTENT_LENGTH"] = str(len(body))
    return body


def _error(call: Call, environ: dict[str, Any], code: str, status: int, message: str) -> Answer:
    status, kind, body = error(call.service, code, status, message, json_call="HTTP_X_AMZ_TARGET" in environ)
    return Answer(status, [("Content-Type", kind)], body)
