"""Metrics from Prometheus, or from what answers its HTTP API, as the port `Metrics`.

A point is made of the samples inside its bin and of nothing else: range functions see no older sample, where a plain
selector would repeat the last one for five minutes. Discovery costs no query: what a read answers is what there is.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx

from include.adapters.metrics.grid import Grid, listed_from, of_instances
from include.domain.errors import BadInput, Final, Retryable, SerinError
from include.domain.metric_sources import PrometheusSeries, PrometheusSource
from include.ports import InstanceTable, MetricTable

PATH = "/api/v1/query_range"
MOST_BINS = 11_000           # Prometheus refuses more points of one series
MOST_POINTS = 3_000_000      # of one answer: about 100 MB of JSON
NAMES_EXPECTED = 1_500       # of one ASG, where nobody said which
SHOWN = 2_000                # characters of a query, or of an answer, in a message
HAIR = 0.001                 # seconds; Prometheus has whole milliseconds
Chosen = Mapping[str, Sequence[str]]      # label to the values that it may have


class PrometheusMetrics:
    def __init__(self, client: httpx.Client, region: str, settings: PrometheusSource) -> None:
        self._client, self._region, self._settings = client, region, settings

    def read(self, asgs: Sequence[str], since: datetime, until: datetime,
             names: Sequence[str] | None = None) -> MetricTable:
        """Bins lie on whole multiples of the step; one that is not over at `until` is a gap."""
        grid = Grid(asgs, since, until, self._settings.step_seconds)
        self._fill(grid, {self._settings.asg_label: grid.asgs}, names)
        return grid.table(names)

    def read_instances(self, asg: str, since: datetime, until: datetime, names: Sequence[str] | None = None,
                       most: int = 16) -> InstanceTable:
        chosen = {self._settings.asg_label: (asg,)}
        instances = sorted(self._instances(chosen, since, until, names))[:most] if self._settings.instance_label else []
        grid = Grid(instances, since, until, self._settings.step_seconds)
        self._fill(grid, {self._settings.instance_label: grid.asgs, **chosen}, names)
        return of_instances(asg, grid.table(names))

    def _instances(self, chosen: Chosen, since: datetime, until: datetime, names: Sequence[str] | None) -> set[str]:
        """Who wrote near the end: one point of each, over the last minutes."""
        grid = Grid((), since, until, self._settings.step_seconds)
        end, label = grid.first + grid.whole * grid.step, self._settings.instance_label
        seconds, found = end - listed_from(grid.first, end, grid.step), set()
        for series in self._readable(names) if grid.whole else ():
            query = f"max by ({label}) (avg_over_time({self._selector(series, chosen, names)}[{seconds}s]))"
            found |= {labels.get(label, "") for labels, *_ in self._ask(query, grid, grid.whole - 1, grid.whole)}
        return found - {""}

    def _fill(self, grid: Grid, chosen: Chosen, names: Sequence[str] | None) -> None:
        """The rows of the grid are the first label of `chosen`, which says what labels must be."""
        row = next(iter(chosen))
        most = min(MOST_BINS, max(1, MOST_POINTS // (len(grid.asgs) * len(names or range(NAMES_EXPECTED)) or 1)))
        for series in self._readable(names) if grid.asgs else ():
            query = self._query(grid, series, chosen, names)
            for begin in range(0, grid.whole, most):
                for labels, times, values in self._ask(query, grid, begin, min(begin + most, grid.whole)):
                    grid.put(labels.get(row, ""), series.name_of(labels), _origin(series, labels), times, values)

    def _readable(self, names: Sequence[str] | None) -> list[PrometheusSeries]:
        return [series for series in self._settings.series
                if names is None or any(series.may_be(name) for name in names)]

    def _selector(self, series: PrometheusSeries, chosen: Chosen, names: Sequence[str] | None) -> str:
        settings = self._settings
        matchers = [f"{label}={_text(value)}" for label, value in series.where.items()]
        if settings.region_label:
            matchers.append(f"{settings.region_label}={_text(self._region)}")
        matchers.extend(f"{label}=~{_any_of(values)}" for label, values in chosen.items())
        values = None if names is None else series.values_of(list(names))
        if values is not None:
            matchers.append(f"{series.labels[0]}=~{_any_of(values)}")
        return f"{series.metric}{{{','.join(matchers)}}}"

    def _query(self, grid: Grid, series: PrometheusSeries, chosen: Chosen, names: Sequence[str] | None) -> str:
        """One metric name in each: Prometheus refuses the rate of several."""
        points = f"{self._selector(series, chosen, names)}[{grid.step}s]"
        labels = ",".join(dict.fromkeys((next(iter(chosen)), *series.labels)))
        if series.read == "value":
            return f"{series.across} by ({labels}) (avg_over_time({points}))"
        if series.read == "rate":
            return f"{series.across} by ({labels}) (rate({points}))"
        share = float(series.read[1:]) / 100
        return f"histogram_quantile({share:.8g}, sum by ({labels},le) (rate({points})))"

    def _ask(self, query: str, grid: Grid, begin: int, end: int) -> Iterator[tuple[dict[str, str], Any, Any]]:
        """Labels, times and values of each series. A point is asked for at the last millisecond of its bin: a range
        reaches back from there, so far it looks at this bin alone."""
        start, stop = (grid.first + bins * grid.step - HAIR for bins in (begin + 1, end))
        asked = {"query": query, "start": f"{start:.3f}", "end": f"{stop:.3f}", "step": str(grid.step),
                 "nocache": "1"}  # with its cache, VictoriaMetrics would move the start to a multiple of the step
        for series in self._result(asked):
            try:
                points = series["values"]
                yield series["metric"], [point[0] for point in points], [float(point[1]) for point in points]
            except (KeyError, IndexError, TypeError, ValueError) as error:
                raise _failed(Final, "the answer has a series that is no list of values (native histograms are not "
                                     f"read): {str(series)[:200]}", asked) from error

    def _result(self, asked: dict[str, str]) -> list[dict[str, Any]]:
        try:
            answer = self._client.post(PATH, data=asked)
        except httpx.TransportError as error:
            raise _failed(Retryable, f"{type(error).__name__}: {error}", asked) from error
        except httpx.HTTPError as error:
            raise _failed(Final, f"{type(error).__name__}: {error}", asked) from error
        try:
            body = json.loads(answer.content)
        except ValueError:
            body = None
        said = body if isinstance(body, dict) else {}
        if not answer.is_success or said.get("status") != "success":
            words = f"{said.get('errorType', '')}: {said['error']}" if said.get("error") else answer.text[:SHOWN]
            raise _failed(_kind(answer), f"{answer.status_code} {words.strip()}", asked)
        return _whole(said, asked)


def _whole(said: dict[str, Any], asked: dict[str, str]) -> list[dict[str, Any]]:
    """The result, if it is all there is: a part of the data is no data."""
    # Prometheus 2 says its hints (a counter whose name ends in no `_total`) as warnings too.
    warnings = [text for text in said.get("warnings") or () if not str(text).startswith("PromQL info:")]
    if warnings or said.get("isPartial"):
        raise _failed(Retryable, f"the answer is not whole: {'; '.join(map(str, warnings)) or 'isPartial'}", asked)
    data = said.get("data")
    if not isinstance(data, dict) or data.get("resultType") != "matrix" or not isinstance(data.get("result"), list):
        raise _failed(Final, "the answer is no matrix", asked)
    return data["result"]


def _kind(answer: httpx.Response) -> type[SerinError]:
    if answer.status_code in {408, 425, 429} or answer.status_code >= 500:
        return Retryable
    return BadInput if answer.status_code in {400, 404, 405, 413, 414, 422} else Final


def _failed(kind: type[SerinError], why: str, asked: dict[str, str]) -> SerinError:
    query = asked["query"] if len(asked["query"]) <= SHOWN else f"{asked['query'][:SHOWN]}…"
    return kind(f"the metric query failed: {why[:SHOWN]}. The query: {query} from {asked['start']} to {asked['end']}, "
                f"step {asked['step']} s")


def _origin(series: PrometheusSeries, labels: dict[str, str]) -> str:
    made_of = ",".join(f"{label}={_text(labels.get(label, ''))}" for label in series.labels)
    return f"{series.metric}{{{made_of}}} ({series.read})"


def _any_of(values: Sequence[str]) -> str:
    """A pattern of these very texts; Prometheus anchors it at both ends."""
    return _text("|".join("".join(f"\\{c}" if c in r"\.+*?()|[]{}^$" else c for c in value) for value in values))


def _text(value: str) -> str:
    """A PromQL string: its escapes are a superset of JSON's."""
    return json.dumps(value, ensure_ascii=False)
