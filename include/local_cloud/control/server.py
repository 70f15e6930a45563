"""The control process: moto's server with the gate before it and the reconciler beside it."""

import os

os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"  # before moto is read: thousands of AMIs cost 2 s a region

import threading

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from include.local_cloud.control import (  # noqa: F401  (they patch moto as they load)
    answers,
    codebuild,
    limits,
    listeners,
    network,
    notifications,
    reconciler,
)
from include.local_cloud.control.gate import Gate
from include.local_cloud.control.state import State
from include.local_cloud.control.world import World, settle_in


class QuietHandler(MotoRequestHandler):
    """No line per request: there are hundreds a second."""

    def log_request(self, *_: object) -> None: ...


class ControlServer:
    def __init__(self, world: World, port: int = 0, listen: str = "127.0.0.1"):
        settle_in(world)
        self._state, self._stop = State(world), threading.Event()
        gate = Gate(world, self._state, DomainDispatcherApplication(create_backend_app))
        self._server: BaseWSGIServer = make_server(listen, port, gate, threaded=True,
                                                   request_handler=QuietHandler)
        self._threads = [
            threading.Thread(target=self._server.serve_forever, name="control", daemon=True),
            threading.Thread(target=reconciler.run, args=(world, self._state, self._stop), name="reconciler",
                             daemon=True)]

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._server.shutdown()
        self._server.server_close()
