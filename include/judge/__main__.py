"""`python -m include.judge baseline.csv canary.csv --service api`: the verdict on two files, as in a push.

Ends with 0 for go, 1 for no-go, 2 for inconclusive, 3 for an error.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from typing import NoReturn

from include.catalog import service_named
from include.domain.canary import Canary, Decision
from include.domain.errors import BadInput
from include.domain.scoring.history import Learned, learned, newest
from include.domain.scoring.judge import judge
from include.domain.scoring.readings import Judgement
from include.domain.service import Service
from include.judge.files import side_of, together
from include.judge.printed import show
from include.ports import MetricTable

ENDS = {Decision.GO: 0, Decision.NO_GO: 1, Decision.INCONCLUSIVE: 2, Decision.ERROR: 3}


def main(words: Sequence[str] | None = None) -> int:
    try:
        asked = _asked(words)
        service = service_named(asked.service)
        _two(asked.baseline, asked.canary)
        table = together(side_of(asked.canary), side_of(asked.baseline), asked.step_seconds)
        judgement = _judged(table, service, _history(asked.history))
        show(judgement, sys.stdout)
        if asked.html:
            _write(asked.html, judgement, table, service, asked)
    except BadInput as wrong:
        print(f"error: {wrong}", file=sys.stderr)
        return ENDS[Decision.ERROR]
    return ENDS[Decision(judgement.decision)]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{message}\n{self.format_usage().strip()}")


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = _Parser("python -m include.judge", description=__doc__.split("\n")[0],
                     epilog="Files are CSV or Parquet, wide (time, then a column for each metric) or long (ts, name, "
                            "value). Counts are per second. Exit code: 0 go, 1 no-go, 2 inconclusive, 3 error.")
    parser.add_argument("baseline", type=Path)
    parser.add_argument("canary", type=Path)
    parser.add_argument("--service", required=True, help="whose rules and thresholds count (include/services)")
    parser.add_argument("--history", type=Path, help="folder of past good canaries (.npz), for the floors")
    parser.add_argument("--step-seconds", type=_step, help="seconds of one point; default: the spacing of the files")
    parser.add_argument("--html", type=Path, help="write the report here")
    return parser.parse_args(words)


def _two(baseline: Path, canary: Path) -> None:
    """A file beside itself would always go."""
    if baseline.resolve() == canary.resolve():
        raise BadInput(f"{canary}: is given for both sides; the baseline's file comes first, then the canary's")


def _step(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of seconds")
    return int(text)


def _history(folder: Path | None) -> Learned:
    if folder is None:
        return learned({})
    if not folder.is_dir():
        raise BadInput(f"{folder}: is no folder; --history takes the folder with the .npz files of past canaries")
    try:
        found = learned({name: (folder / name).read_bytes() for name in newest(path.name for path in folder.iterdir())})
    except OSError as error:
        raise BadInput(f"{folder}: cannot be read: {error}") from error
    for name, why in found.unread.items():
        print(f"warning: {folder / name} is passed over: {why}", file=sys.stderr)
    return found


def _judged(table: MetricTable, service: Service, history: Learned) -> Judgement:
    source = service.metrics.model_copy(update={"step_seconds": table.step_seconds})
    found = judge(table.names, table.values[0], table.values[1], source, service.canary, history.floors)
    return replace(found, floors=f"{found.floors}{history.but}")


def _write(path: Path, judgement: Judgement, table: MetricTable, service: Service, asked: argparse.Namespace) -> None:
    from include.reports.canary import canary_report

    since = table.since.astimezone(UTC)
    until = since + timedelta(seconds=table.step_seconds * table.values.shape[2])
    files = Canary("", service.service, "", "", "", asked.canary.name, asked.baseline.name, 0, 0, since, until)
    try:
        path.write_text(canary_report(files, judgement, service.canary.go_score, since, until, table, service.metrics),
                        "utf-8")
    except OSError as error:
        raise BadInput(f"{path}: cannot be written: {error.strerror or error}") from error


if __name__ == "__main__":
    sys.exit(main())
