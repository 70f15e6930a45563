"""Kills a push and rollbacks at every AWS call, before it and after it: `python -m benchmarks.crash_points`.

Real processes and SIGKILL, the real adapters, the local cloud's control process. The push goes to all regions, its
canary too; then one push for each step is failed there by a person and rolled back. What is wrong after a death or at
the end is an error with its place.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from include.local_cloud.furnish import REGIONS
from tests.adapters.cloud import control_process
from tests.laws.crash_points import CrashPoints, push_and_roll_back
from tests.laws.mortal_looks import Deaths
from tests.world.actors import IN_A_REGION


def main() -> int:
    told = _arguments()
    began, regions = time.monotonic(), REGIONS[:told.regions]
    deaths = Deaths(only_changes=told.only_changes)
    try:
        with control_process() as endpoint, tempfile.TemporaryDirectory(prefix="serin-deaths-") as folder:
            push_and_roll_back(CrashPoints(endpoint, "127.41", Path(folder), regions, deaths, _tell), IN_A_REGION)
    except AssertionError as wrong:
        print(f"wrong after {len(deaths.tried):,} deaths: {wrong}")
        return 1
    for task, count in Counter(where.split()[0] for where in deaths.tried).most_common():
        print(f"{count:>8,}  {task}")
    print(f"{len(deaths.tried):,} crash points in {len(regions)} regions, {time.monotonic() - began:.0f} s: "
          "each push ended in Success or FailureClean, and nothing was left")
    return 0


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crash_points", description=__doc__.partition(": ")[0])
    parser.add_argument("--regions", type=int, default=len(REGIONS), help=f"1 to {len(REGIONS)} ({len(REGIONS)})")
    parser.add_argument("--only-changes", action="store_true", help="not at calls that only read")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
