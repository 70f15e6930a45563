"""`python -m benchmarks.report`: how large a canary's page is, and how fast a browser shows and filters it.

Chromium draws the page of 1,500 metrics × 480 points, and of others beside it in the same run; the second page of each
size is measured, for the first one warms the browser up.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.end_to_end.browser import Browser, chromium
from tests.reports.many_metrics import page

SIZES = ((300, 480), (1_500, 480), (5_000, 480))
PAINT = "JSON.stringify(performance.getEntriesByType('paint').map(one => one.startTime))"
FILTER = """(() => {
  const box = document.getElementById('name'), took = [];
  for (const text of ['latency', 'p99 ep00', '', 'cache', '']) {
    const began = performance.now();
    box.value = text;
    box.dispatchEvent(new Event('input', {bubbles: true}));
    document.body.offsetHeight;                 // laid out, too
    took.push(performance.now() - began);
  }
  return Math.max(...took);
})()"""
CHART = """(() => {
  const began = performance.now();
  document.querySelector('#grid button').click();
  document.body.offsetHeight;
  return performance.now() - began;
})()"""


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.report", description=__doc__.split("\n")[0])
    parser.parse_args()
    if chromium() is None:
        raise SystemExit("there is no Chromium on this machine")
    table = Table("metrics × points", "drawn in s", "MB", "first picture ms", "slowest filter ms", "first chart ms")
    with tempfile.TemporaryDirectory() as folder, Browser(Path(folder)) as browser:
        for metrics, points in SIZES:
            file = Path(folder) / f"{metrics}.html"
            table.add_row(f"{metrics:,} × {points}", *_measured(browser, file, metrics, points))
    Console().print(table)


def _measured(browser: Browser, file: Path, metrics: int, points: int) -> list[str]:
    began = time.perf_counter()
    file.write_text(page(metrics, points), "utf-8")
    drawn = time.perf_counter() - began
    for _ in range(2):
        browser.open(file.as_uri())
        browser.sees("Every metric")
    while not (paints := json.loads(browser.run(PAINT))):
        time.sleep(0.05)
    return [f"{drawn:.2f}", f"{file.stat().st_size / 1e6:.2f}", f"{max(paints):.0f}", f"{browser.run(FILTER):.0f}",
            f"{browser.run(CHART):.0f}"]


if __name__ == "__main__":
    main()
