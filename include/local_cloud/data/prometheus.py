"""The last second of every ASG, and the viewers' totals, in Prometheus' text format. Pure text.

One metric name with a `name` label: `rate()` over a pattern of metric names is refused by Prometheus.
"""

from collections.abc import Iterator, Mapping

from include.local_cloud.data.load import Tally
from include.local_cloud.data.meters import NAMES, Second


def page(seconds: Mapping[str, Mapping[str, Second]], totals: Mapping[str, Tally]) -> str:
    """`seconds` by region and ASG, `totals` by region."""
    return "\n".join([*_totals(totals), *_metrics(seconds), ""])


def _metrics(seconds: Mapping[str, Mapping[str, Second]]) -> Iterator[str]:
    yield "# HELP serin_metric What an ASG did in the last second."
    yield "# TYPE serin_metric gauge"
    for region, asgs in seconds.items():
        for asg, second in asgs.items():
            head = f'serin_metric{{region="{label(region)}",asg="{label(asg)}",name="'
            for number, value in second.values():
                yield f'{head}{NAMES[number]}"}} {value:.10g}'


def _totals(totals: Mapping[str, Tally]) -> Iterator[str]:
    yield "# HELP serin_requests_total Requests that the region's viewers sent, and what became of them."
    yield "# TYPE serin_requests_total counter"
    for region, tally in totals.items():
        for outcome in ("sent", "ok", "failed"):
            yield f'serin_requests_total{{region="{label(region)}",outcome="{outcome}"}} {getattr(tally, outcome)}'


def label(text: str) -> str:
    """A label's value, escaped."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
