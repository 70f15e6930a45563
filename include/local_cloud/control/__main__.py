"""`python -m include.local_cloud.control`: the control process alone. Prints one line of JSON once it answers."""

import argparse
import dataclasses
import json
import os
import signal
import sys
import threading
from pathlib import Path

from include.local_cloud.control.durations import Durations
from include.local_cloud.parent import exit_with


def main() -> int:
    told = _arguments()
    from include.local_cloud.control.server import ControlServer
    from include.local_cloud.control.world import World
    world = World(told.network, _durations(told), told.assume_healthy)
    if told.identity:
        world.identity = told.identity
    try:
        server = ControlServer(world, told.port, told.listen)
    except OSError as taken:
        sys.exit(f"port {told.port} on {told.listen} cannot be used: {taken}")
    if told.parent:
        exit_with(told.parent)
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    server.start()
    _tell(told.directory, {"endpoint": server.endpoint, "identity": world.identity, "network": world.network,
                           "cloud_scale": world.durations.scale, "pid": os.getpid()})
    stop.wait()
    os._exit(0)  # at once: long polls and sleeping calls are threads that would be waited for


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m include.local_cloud.control", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--listen", default="127.0.0.1", help="this address, or 0.0.0.0 for all of this host")
    parser.add_argument("--network", default="127.41", help="the /16 whose addresses the instances get")
    parser.add_argument("--scale", type=float, default=60, help="AWS seconds in one second here")
    parser.add_argument("--directory", type=Path, help="control.json with the endpoint is written here")
    parser.add_argument("--assume-healthy", action="store_true", help="no data plane: targets that run are healthy")
    parser.add_argument("--identity", default="", help="what /serin/identity answers")
    parser.add_argument("--lasts", action="append", default=[], metavar="NAME=SECONDS",
                        help="an AWS duration: " + ", ".join(f"{f.name}={f.default:g}" for f in
                                                             dataclasses.fields(Durations) if f.name != "scale"))
    parser.add_argument("--parent", type=int, help="end when the process with this id, which started this one, ends")
    return parser.parse_args()


def _durations(told: argparse.Namespace) -> Durations:
    known = {field.name for field in dataclasses.fields(Durations)} - {"scale"}
    given = dict(pair.partition("=")[::2] for pair in told.lasts)
    if told.scale <= 0 or given.keys() - known:
        sys.exit(f"--scale must be above 0, and --lasts takes {', '.join(sorted(known))}; "
                 f"given: {told.scale}, {', '.join(given) or 'none'}")
    return Durations(told.scale, **{name: float(seconds) for name, seconds in given.items()})


def _tell(directory: Path | None, facts: dict[str, object]) -> None:
    line = json.dumps(facts)
    if directory is not None:
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "control.json.new").write_text(line)
        (directory / "control.json.new").replace(directory / "control.json")
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
