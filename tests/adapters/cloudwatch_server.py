"""CloudWatch's metrics as a small server that speaks the protocol of botocore (AWS JSON 1.0), for a thousand metrics.

It keeps CloudWatch's limits: 500 queries a call, 100,800 points a page and PartialData until the last, pages of 500
listed metrics, only those of two weeks listed, old points in coarse periods only. Percentiles are real. Faults come
before its answers: (status, code, message), first in first out.
"""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import numpy as np

from include.domain.metric_sources import KEEPS

POINTS_A_PAGE = 100_800
QUERIES = 500
LISTED_A_PAGE = 500
LISTED_FOR = timedelta(days=14)
SHORT = {1, 5, 10, 20, 30}
ARITHMETIC = {"Average": np.mean, "Sum": np.sum, "Minimum": np.min, "Maximum": np.max, "SampleCount": np.size}
TARGET = "GraniteServiceVersion20100801."
Key = tuple[str, str, tuple[tuple[str, str], ...]]      # namespace, metric, dimensions by name


class Fault(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class Stand:
    """`now` is its clock; `late` the time for which the newest points are not there yet."""

    def __init__(self) -> None:
        self.url = ""
        self.now = datetime.now(UTC)
        self.late = timedelta(0)
        self.faults: list[tuple[int, str, str]] = []
        self.statuses: dict[str, tuple[str, str]] = {}      # of a metric, by its name: StatusCode and a message
        self.calls: Counter[str] = Counter()
        self.samples: dict[Key, tuple[list[float], list[float]]] = {}
        self._lock = Lock()

    def answer(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            self.calls[operation] += 1
            if self.faults:
                raise Fault(*self.faults.pop(0))
            return {"PutMetricData": self._put, "ListMetrics": self._list, "GetMetricData": self._get}[operation](asked)

    def _put(self, asked: dict[str, Any]) -> dict[str, Any]:
        if len(asked["MetricData"]) > 1000:
            raise Fault(400, "ValidationError", "The collection MetricData must not have a size greater than 1000.")
        for one in asked["MetricData"]:
            values = one.get("Values") or [one["Value"]]
            if not np.isfinite(values).all():
                raise Fault(400, "InvalidParameterValue", "The value NaN is not a valid value.")
            counts = [int(count) for count in one.get("Counts") or [1] * len(values)]
            times, kept = self.samples.setdefault(
                (asked["Namespace"], one["MetricName"], _pairs(one.get("Dimensions", ()))), ([], []))
            kept.extend(np.repeat(values, counts).tolist())
            times.extend([one["Timestamp"]] * sum(counts))
        return {}

    def _list(self, asked: dict[str, Any]) -> dict[str, Any]:
        since = self.now - (timedelta(hours=3) if asked.get("RecentlyActive") == "PT3H" else LISTED_FOR)
        wanted = [(filter["Name"], filter.get("Value")) for filter in asked.get("Dimensions", ())]
        found = [key for key, (times, _) in sorted(self.samples.items())
                 if key[0] == asked.get("Namespace", key[0]) and key[1] == asked.get("MetricName", key[1])
                 and all(any(name == has and value in {None, is_} for has, is_ in key[2]) for name, value in wanted)
                 and max(times) >= since.timestamp()]
        at = self._place(asked)
        metrics = [{"Namespace": namespace, "MetricName": metric,
                    "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions]}
                   for namespace, metric, dimensions in found[at:at + LISTED_A_PAGE]]
        more = {"NextToken": str(at + LISTED_A_PAGE)} if at + LISTED_A_PAGE < len(found) else {}
        return {"Metrics": metrics} | more

    def _get(self, asked: dict[str, Any]) -> dict[str, Any]:
        """All points of all queries in a row, cut into pages; a query whose points go on is PartialData."""
        queries = asked["MetricDataQueries"]
        if len(queries) > QUERIES:
            raise Fault(400, "ValidationError", f"The collection MetricDataQueries must not have a size greater than "
                                                f"{QUERIES}.")
        wrong = [query["Id"] for query in queries if not re.fullmatch("[a-z][A-Za-z0-9_]*", query["Id"])]
        if wrong or len({query["Id"] for query in queries}) < len(queries) or asked["StartTime"] >= asked["EndTime"]:
            raise Fault(400, "ValidationError", f"The ids or the times are invalid: {wrong[:3]}")
        begin = self._place(asked)
        end, passed, results = begin + min(asked.get("MaxDatapoints", POINTS_A_PAGE), POINTS_A_PAGE), 0, []
        for query in queries:
            times, values = self._points(query["MetricStat"], asked["StartTime"], asked["EndTime"])
            first, last = max(0, begin - passed), max(0, end - passed)
            passed += len(times)
            name = query["MetricStat"]["Metric"]["MetricName"]
            status, words = self.statuses.get(name, ("Complete" if passed <= end else "PartialData", ""))
            results.append({"Id": query["Id"], "Label": name, "StatusCode": status, "Values": values[first:last],
                            "Timestamps": times[first:last]}
                           | ({"Messages": [{"Code": status, "Value": words}]} if words else {}))
        return {"MetricDataResults": results} | ({"NextToken": str(end)} if passed > end else {})

    def _place(self, asked: dict[str, Any]) -> int:
        token = asked.get("NextToken", "0")
        if not token.isdigit():
            raise Fault(400, "InvalidNextToken", f"The token {token} is invalid.")
        return int(token)

    def _points(self, stat: dict[str, Any], start: float, end: float) -> tuple[list[float], list[float]]:
        period = stat["Period"]
        if period not in SHORT and (period % 60 or not period):
            raise Fault(400, "ValidationError", f"The period {period} is invalid.")
        metric = stat["Metric"]
        times, values = (np.array(each) for each in self.samples.get(
            (metric["Namespace"], metric["MetricName"], _pairs(metric.get("Dimensions", ()))), ([], [])))
        first = start // period * period
        fits = (times >= first) & (times < end) & (times < (self.now - self.late).timestamp())
        for age, needed in KEEPS:      # of what is older, only points of this period are there
            if period % needed:
                fits &= times >= (self.now - age).timestamp()
        bins = times[fits] // period * period
        order = np.argsort(bins, kind="stable")
        points, starts = np.unique(bins[order], return_index=True)
        groups = np.split(values[fits][order], starts[1:]) if len(points) else []
        return points.tolist(), [float(_statistic(stat["Stat"], group)) for group in groups]


def _statistic(name: str, values: Any) -> float:
    if name in ARITHMETIC:
        return ARITHMETIC[name](values)
    if not re.fullmatch(r"p\d{1,2}(\.\d+)?|p100", name):
        raise Fault(400, "ValidationError", f"The value {name} for parameter Stat is invalid.")
    return np.percentile(values, float(name[1:]))


def _pairs(dimensions: Any) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((pair["Name"], pair["Value"]) for pair in dimensions))


@contextmanager
def stand_in(_: Path | None = None) -> Iterator[Stand]:
    made = Stand()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
            try:
                self._say(200, made.answer(self.headers["X-Amz-Target"].removeprefix(TARGET), json.loads(body)), {})
            except Fault as fault:
                self._say(fault.status, {"__type": f"com.amazonaws.cloudwatch#{fault.code}", "message": fault.message},
                          {"x-amzn-query-error": f"{fault.code};Sender"})

        def _say(self, status: int, said: dict[str, Any], headers: dict[str, str]) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            headers |= {"Content-Type": "application/x-amz-json-1.0", "Content-Length": str(len(body))}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            made.url = f"http://127.0.0.1:{server.server_port}"
            yield made
        finally:
            server.shutdown()
            thread.join()
