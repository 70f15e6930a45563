"""What red/black costs: `python -m benchmarks.red_black`. Pushes by Serin's own steps and adapters against the local
cloud: the seconds of AWS that a push takes, how many of them the cloud itself needs (launches, health checks, draining,
the end of the old instances) and what Serin adds, for one region and three; and its calls of AWS at several sizes.

Airflow adds its own to each task: `--push` reads that from the archive of a push that ran in a demo.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from rich.console import Console
from rich.table import Table

from benchmarks.pushes import STEPS, Pushed, one_push
from include.adapters.archive.s3 import S3Archive
from include.domain.push import Event
from include.local_cloud.aws import LocalSession
from include.local_cloud.furnish import BUCKET, BUCKET_REGION, REGIONS

SHOWN = 12      # operations that are called most


def seconds_table(pushes: Sequence[Pushed], scale: float) -> Table:
    """The scale divides the waits of Serin and of the cloud alike. It does not divide Serin's work (AWS's answers with
    it, and mostly while the cloud is at work, too): with a scale over 1 that weighs so much more than on AWS."""
    table = Table("", *(f"{len(push.regions)} region{'s'[:len(push.regions) > 1]}" for push in pushes), "each more",
                  title=f"Seconds of AWS, {pushes[0].size} instances a region (scale {scale:g})")
    few, many = pushes
    more = len(many.regions) - len(few.regions)
    rows = {"a push takes": lambda p: p.whole * scale, "the cloud needs": lambda p: p.cloud,
            "Serin adds": lambda p: p.whole * scale - p.cloud, "Serin works": lambda p: p.busy * scale,
            "looks": lambda p: p.looks}
    for name, of in rows.items():
        table.add_row(name, *(f"{of(push):,.0f}" for push in pushes), f"{(of(many) - of(few)) / more:,.0f}")
    return table


def calls_table(pushes: Sequence[Pushed]) -> Table:
    """By step and by operation; the last column is how much the most instances take of what the fewest do."""
    table = Table("AWS calls", *(f"{push.size:,} instances" for push in pushes), "growth",
                  title="AWS calls of a push, one region")
    by_step = [Counter({step: push.calls_of(step) for step in STEPS}) for push in pushes]
    by_operation = [push.operations for push in pushes]
    _rows(table, STEPS, by_step)
    table.add_section()
    _rows(table, [name for name, _ in by_operation[-1].most_common(SHOWN)], by_operation)
    table.add_section()
    _rows(table, ["in all"], [Counter({"in all": push.operations.total()}) for push in pushes])
    return table


def _rows(table: Table, names: Sequence[str], counts: Sequence[Counter[str]]) -> None:
    for name in names:
        few, many = counts[0][name], counts[-1][name]
        table.add_row(name, *(str(count[name]) for count in counts), f"× {many / few:.2f}" if few else "new")


def airflow_table(events: Sequence[Event]) -> Table:
    """From the end of each of a region's steps to the start of its next: Airflow's scheduling and a new process."""
    table = Table("region", "hand-overs", "seconds in all", "seconds each", title="What Airflow adds to that push")
    for region in dict.fromkeys(event.region for event in events if event.region):
        gaps = _gaps([event for event in events if event.region == region])
        if gaps:
            total = sum(gaps, timedelta()).total_seconds()
            table.add_row(region, str(len(gaps)), f"{total:.1f}", f"{total / len(gaps):.1f}")
    return table


def _gaps(events: Sequence[Event]) -> list[timedelta]:
    at = {(event.task.rpartition(".")[2], event.state): event.at for event in events}
    pairs = [((one, "done"), (other, "started")) for one, other in pairwise(STEPS)]
    return [at[began] - at[ended] for ended, began in pairs if ended in at and began in at]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--scale", type=float, default=2, help="seconds of AWS in one second here (2)")
    options.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1000], help="instances (10 100 1000)")
    options.add_argument("--push", nargs=2, metavar=("ENDPOINT", "ID"), help="a demo's AWS, and the id of its push")
    given = options.parse_args()
    console = Console(width=110)
    few, *more = given.sizes
    one = one_push(REGIONS[:1], few, given.scale)
    console.print(seconds_table([one, one_push(REGIONS, few, given.scale)], given.scale))
    console.print(calls_table([one, *(one_push(REGIONS[:1], size, given.scale) for size in more)]))
    if given.push:
        endpoint, push_id = given.push
        archive = S3Archive(LocalSession(endpoint, BUCKET_REGION), BUCKET, "serin")
        console.print(airflow_table(archive.events("api", push_id)))


if __name__ == "__main__":
    main()
