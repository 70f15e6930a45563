"""`python -m include.demo.cloud FOLDER`: the demo's scenery in a container of its own, as docker compose starts it.

In the folder, which Airflow's containers mount, it declares the service, with its repository. A cloud begins anew each
time: it keeps nothing.
"""

import argparse
import shutil
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from include.demo.declaration import MARKETS, Room
from include.demo.scenery import Scenery
from include.domain.errors import SerinError

PORTS = (4566, 4567)            # of the AWS API, and of the data plane's page and metrics
ROOM = Room("serin@rooms.prosody", "chat", "airflow", ("you@prosody",))
OURS = ("repositories", "services", "cloud")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m include.demo.cloud", description=__doc__)
    parser.add_argument("folder", type=Path, help="services/, markets.yaml and repositories/ are made in it")
    folder = parser.parse_args(arguments).folder
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    try:
        return _run(folder, ended)
    except SerinError as error:
        print(error, file=sys.stderr)
        return 1


def _run(folder: Path, ended: threading.Event) -> int:
    for name in OURS:
        shutil.rmtree(folder / name, ignore_errors=True)
    shutil.copyfile(MARKETS, folder / MARKETS.name)
    # Its instances have addresses of this container alone: no worker can ask them for their version, and Prometheus
    # is the one that reads its meters.
    scenery = Scenery(folder, asks_instances=False, metrics="prometheus", room=ROOM)
    scenery.start(listen="0.0.0.0", ports=PORTS)
    try:
        print(f"The local cloud answers as AWS at port {PORTS[0]}; a first version goes to "
              f"{', '.join(scenery.regions)} …", flush=True)
        scenery.furnish()
        scenery.load()
        print("Viewers are served. A commit that is pushed: "
              "docker compose exec local-cloud python -m include.demo.commit", flush=True)
        while not ended.wait(0.5):
            if scenery.cloud.ended():
                print(scenery.cloud.ended(), file=sys.stderr)
                return 1
        return 0
    finally:
        scenery.cloud.stop()


if __name__ == "__main__":
    sys.exit(main())
