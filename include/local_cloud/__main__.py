"""`python -m include.local_cloud`: an AWS to play with, with a service in three regions under traffic, until Ctrl-C."""

import argparse
import signal
import sys
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

from include.catalog import load_markets
from include.domain.errors import SerinError
from include.local_cloud import service_repository
from include.local_cloud.cloud import LocalCloud
from include.local_cloud.furnish import REGIONS, furnish

EXAMPLE = """
The state, for people: {data_url}/          (JSON: /state, metrics: /metrics)
The metrics' database: {metrics_db}
The service's repository: {repository}
The logs: {directory}

Ask it as you would ask AWS:
  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION={region}
  aws --endpoint-url {endpoint} autoscaling describe-auto-scaling-groups
  aws --endpoint-url {endpoint} autoscaling set-desired-capacity \\
      --auto-scaling-group-name api-prod-v041 --desired-capacity 6
Change the load:
  curl -H 'Content-Type: application/json' -d '{{"peak_rps": 120}}' {data_url}/load

Ctrl-C ends it.
"""


def main() -> int:
    told = _arguments()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    try:
        with tempfile.TemporaryDirectory(prefix="serin-cloud-") as temporary:
            return _run(told, Path(told.directory or temporary), ended)
    except SerinError as error:
        print(error, file=sys.stderr)
        return 1


def _run(told: argparse.Namespace, directory: Path, ended: threading.Event) -> int:
    repository = directory / "api"
    first = service_repository.create(repository)
    cloud = LocalCloud(directory, told.cloud_scale, markets=list(load_markets().values()), time_scale=told.time_scale,
                       time_zero=datetime.now(UTC))
    with cloud:
        print(f"The local cloud answers as AWS at {cloud.endpoint}; a first version goes to "
              f"{', '.join(told.regions)} …", flush=True)
        furnish(cloud.endpoint, str(repository), first, told.regions, size=told.size, network=cloud.network)
        cloud.load(peak_rps=told.peak_rps)
        print(EXAMPLE.format(endpoint=cloud.endpoint, data_url=cloud.data_url, metrics_db=cloud.metrics_db,
                             repository=repository, directory=directory, region=told.regions[0]), flush=True)
        while not ended.wait(0.5):
            if cloud.ended():
                print(cloud.ended(), file=sys.stderr)
                return 1
    print("The local cloud has ended.")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m include.local_cloud", description=__doc__.partition(": ")[2])
    parser.add_argument("--directory", type=Path, help="for its files, kept (default: a temporary one)")
    parser.add_argument("--peak-rps", type=float, default=80, help="requests per second a region at the peak (80)")
    parser.add_argument("--size", type=int, default=4, help="instances a region (4)")
    parser.add_argument("--regions", nargs="+", default=REGIONS, help=f"({' '.join(REGIONS)})")
    parser.add_argument("--cloud-scale", type=float, default=60, help="AWS seconds in one second here (60)")
    parser.add_argument("--time-scale", type=float, default=480, help="how fast the markets' day passes (480)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
