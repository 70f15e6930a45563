"""Tries to break the laws with every fault in every order: `python -m benchmarks.every_fault --runs 5000`.

A run is one world with pushes, rollbacks and faults; what breaks is printed with its story, and the exit code is 1.
"""

import argparse
import random
import sys
import time

from tests.laws.every_fault import TRIED, EveryFault, tried_in
from tests.world.ledger import Violation


def main() -> int:
    told = _arguments()
    began, seed = time.monotonic(), told.seed if told.seed is not None else random.randrange(2**32)
    print(f"{told.runs} runs with seed {seed}", flush=True)
    try:
        tried_in(EveryFault, told.runs, seed, shrinks=told.shrink)
        broken = ""
    except Violation as violation:
        broken = "\n".join([str(violation), *getattr(violation, "__notes__", ())])
    for what, count in sorted(TRIED.items()):
        print(f"{count:>10,}  {what}")
    print(f"{time.monotonic() - began:.0f} s; " + (f"a law is broken: {broken}" if broken else "every law held"))
    return bool(broken)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.every_fault", description=__doc__.partition(": ")[0])
    parser.add_argument("--runs", type=int, default=1500, help="(1500: ten times what the tests try)")
    parser.add_argument("--seed", type=int, help="of the stories (any)")
    parser.add_argument("--shrink", action="store_true", help="look for the shortest story that breaks a law")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
