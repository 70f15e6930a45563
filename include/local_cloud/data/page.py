"""The state as a page that a person reads and that renews itself. Every text is escaped."""

from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any

HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="1">
<meta name="viewport" content="width=device-width"><title>The local cloud</title><style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: .15rem .6rem; border-bottom: 1px solid #ddd } th { color: #666; font-weight: 500 }
th:first-child, td:first-child { text-align: left } h2 { margin: 1.6rem 0 .2rem } .bad { color: #b00020 }
code { color: #555 } @media (prefers-color-scheme: dark) { body { background: #181818; color: #ddd } }
</style>"""
COLUMNS = {"commit": "commit", "instances": "instances", "healthy": "healthy", "rps": "requests/s", "p99_ms": "p99 ms",
           "cpu_percent": "cpu %", "memory_mb": "memory MB", "served": "served", "failed": "failed"}


def page(state: Mapping[str, Any]) -> str:
    regions = "".join(_region(name, region) for name, region in state["regions"].items())
    links = '<p><a href="/state">state as JSON</a> · <a href="/metrics">metrics</a></p>'
    at = datetime.fromtimestamp(state["now"], UTC)
    return f"{HEAD}<h1>The local cloud</h1><p>{at:%H:%M:%S} UTC</p>{regions or '<p>No region is used yet.</p>'}{links}"


def _region(name: str, region: Mapping[str, Any]) -> str:
    requests = region["requests"]
    hours = ", ".join(f"{market} {hour}{' (peak)' if market in region['in_peak'] else ''}"
                      for market, hour in region["market_hours"].items())
    weights = ", ".join(f"{group} {weight}" for group, weight in region["weights"].items())
    why = ", ".join(f"{count} × {failure}" for failure, count in requests["failures"].items())
    failed = f'<span class="bad">{requests["failed"]} failed ({escape(why)})</span>' if why else "0 failed"
    return (f"<h2>{escape(name)}</h2><p>{escape(hours)}</p>"
            f"<p>{region['rps']} requests/s · {requests['sent']} sent · {requests['ok']} answered · {failed} · "
            f"p99 {_shown(region['p99_ms'])} ms · weights: {escape(weights) or 'none'}</p>{_asgs(region['asgs'])}")


def _asgs(asgs: Mapping[str, Mapping[str, Any]]) -> str:
    head = "".join(f"<th>{title}</th>" for title in ("ASG", *COLUMNS.values()))
    rows = "".join(f"<tr><td>{escape(name)}</td>{''.join(_cell(asg, key) for key in COLUMNS)}</tr>"
                   for name, asg in asgs.items())
    return f"<table><tr>{head}</tr>{rows}</table>"


def _cell(asg: Mapping[str, Any], key: str) -> str:
    if key == "commit":
        return f"<td><code>{escape(asg[key][:12])}</code></td>"
    bad = ' class="bad"' if key == "failed" and asg[key] else ""
    return f"<td{bad}>{_shown(asg[key])}</td>"


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
