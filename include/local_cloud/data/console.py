"""The data plane's own address: / for people, /state, /metrics, and POST /load."""

import asyncio
import json
from http import HTTPStatus

from pydantic import ValidationError

from include.local_cloud.data import page, prometheus
from include.local_cloud.data.settings import Load
from include.local_cloud.data.state import state
from include.local_cloud.data.wire import Answer, Request, ServerConnection
from include.local_cloud.data.world import World

JSON, HTML, TEXT = "application/json", "text/html; charset=utf-8", "text/plain; version=0.0.4; charset=utf-8"


class Console:
    def __init__(self, world: World):
        self._world = world
        self._connections: set[ServerConnection] = set()

    async def open(self, port: int, listen: str = "127.0.0.1") -> int:
        """Returns the port it listens on."""
        self._server = await asyncio.get_running_loop().create_server(
            lambda: ServerConnection(self._serve, self._connections), listen, port)
        return self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        self._server.close()
        for connection in list(self._connections):
            connection.abort()

    def _serve(self, request: Request, connection: ServerConnection) -> None:
        status, kind, text = self._answer(request.method, request.target.partition(b"?")[0], request)
        headers = [(b"Content-Type", kind.encode()), (b"Cache-Control", b"no-store"),
                   (b"X-Content-Type-Options", b"nosniff")]
        connection.answer(Answer(status, headers, text.encode()).raw())

    def _answer(self, method: bytes, path: bytes, request: Request) -> tuple[int, str, str]:
        match (method, path):
            case (b"GET", b"/"):
                return HTTPStatus.OK, HTML, page.page(state(self._world))
            case (b"GET", b"/state"):
                return HTTPStatus.OK, JSON, json.dumps(state(self._world))
            case (b"GET", b"/metrics"):
                regions = self._world.regions.items()
                return HTTPStatus.OK, TEXT, prometheus.page({name: region.seconds for name, region in regions},
                                                            {name: region.viewers.total for name, region in regions})
            case (b"POST", b"/load"):
                return self._set_load(request)
        return HTTPStatus.NOT_FOUND, JSON, json.dumps({"error": "there are /, /state, /metrics and POST /load"})

    def _set_load(self, request: Request) -> tuple[int, str, str]:
        """What is not said stays. Only as JSON: a page in a browser elsewhere cannot send that unasked."""
        if (request.header(b"content-type") or b"").partition(b";")[0].strip() != JSON.encode():
            return HTTPStatus.UNSUPPORTED_MEDIA_TYPE, JSON, json.dumps({"error": f"Content-Type: {JSON} is expected"})
        try:
            said = json.loads(request.body)
            if not isinstance(said, dict):
                raise ValueError("an object is expected")
            self._world.set_load(Load.model_validate(self._world.load.model_dump() | said))
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
            return HTTPStatus.BAD_REQUEST, JSON, json.dumps({"error": wrong})
        except ValueError as error:
            return HTTPStatus.BAD_REQUEST, JSON, json.dumps({"error": f"not the JSON of a load: {error}"})
        return HTTPStatus.OK, JSON, json.dumps(self._world.load.model_dump())
