"""`python -m include.demo.commit [KIND]`: a commit on a branch of the demo's service; the rest follows by itself."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from include.demo.declaration import SERVICE
from include.demo.scenery import repository_of
from include.domain.errors import BadInput
from include.local_cloud import service_repository
from include.local_cloud.service_repository import BRANCHES, KINDS


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m include.demo.commit", description=__doc__)
    parser.add_argument("kind", nargs="?", choices=KINDS, default="good")
    parser.add_argument("--branch", choices=BRANCHES, default="prod")
    parser.add_argument("--folder", type=Path, help="of the demo (default: that of SERIN_SERVICES)")
    told = parser.parse_args(arguments)
    folder = told.folder or Path(os.environ.get("SERIN_SERVICES", "services")).parent
    repository = repository_of(folder, SERVICE)
    if not repository.is_dir():
        print(f"{repository} is not there: is the demo's local cloud running?", file=sys.stderr)
        return 1
    try:
        commit = service_repository.commit(repository, told.kind, told.branch)
    except BadInput as wrong:
        print(wrong, file=sys.stderr)
        return 1
    print(f"commit {commit} ({told.kind}) is on the branch {told.branch}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
