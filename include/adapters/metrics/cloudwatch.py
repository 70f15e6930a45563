"""Metrics from CloudWatch as the port `Metrics`.

Names that are asked for are read back into metrics, which costs no ListMetrics and finds also what is younger than the
15 minutes that ListMetrics may lag. Nothing that CloudWatch left out is taken for a gap: see `_checked`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from include.adapters.aws import Aws, Session, chunks
from include.adapters.metrics.grid import Grid, of_instances
from include.domain.errors import BadInput, Final, Retryable, SerinError
from include.domain.metric_sources import CloudWatchSource
from include.ports import InstanceTable, MetricTable

MOST_QUERIES = 500                     # of one GetMetricData
PER_SECOND = {"Sum", "SampleCount"}    # over a period; everything else is a level already
RECENT = timedelta(hours=3)            # what ListMetrics can leave out is older
Dimensions = tuple[tuple[str, str], ...]


class Asked(NamedTuple):
    """One series: a statistic of one metric of one ASG, or of one of its instances; `dimensions` without those two."""

    namespace: str
    metric: str
    dimensions: Dimensions
    asg: str
    statistic: str
    name: str
    instance: str = ""

    def __str__(self) -> str:
        said = "".join(f", {name}={value}" for name, value in self.dimensions)
        return f"{self.statistic} of {self.namespace} {self.metric} ({self.instance or self.asg}{said})"


class CloudWatchMetrics:
    def __init__(self, session: Session, region: str, settings: CloudWatchSource,
                 now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._aws, self._region, self._settings, self._now = Aws(session), region, settings, now

    def read(self, asgs: Sequence[str], since: datetime, until: datetime,
             names: Sequence[str] | None = None) -> MetricTable:
        """Bins lie on whole multiples of the step, which is CloudWatch's period; one that is not over at `until`, or so
        new that its data is still coming in, is a gap. Sum and SampleCount come per second."""
        grid = self._grid(asgs, since, until)
        if grid.asgs and grid.whole:
            self._fill(grid, self._discovered(grid.asgs) if names is None else self._named(grid.asgs, names))
        return grid.table(names)

    def read_instances(self, asg: str, since: datetime, until: datetime, names: Sequence[str] | None = None,
                       most: int = 16) -> InstanceTable:
        """Those that AWS writes of EC2 instances name no ASG, so they are not found; the agent's can name both."""
        found = self._of_instances(asg, since, names) if self._settings.instance_dimension else set()
        grid = self._grid(sorted({one.instance for one in found})[:most], since, until)
        self._fill(grid, {one for one in found if grid.whole and one.instance in grid.asgs})
        return of_instances(asg, grid.table(names))

    def _of_instances(self, asg: str, since: datetime, names: Sequence[str] | None) -> set[Asked]:
        recent = {"RecentlyActive": "PT3H"} if self._now() - since < RECENT else {}
        found = {one._replace(asg=asg) for namespace in self._namespaces()
                 for listed in self._listed(namespace, asg, self._settings.instance_dimension, **recent)
                 for one in self._read_of(namespace, listed)}
        return {one for one in found if names is None or one.name in names}

    def _grid(self, rows: Sequence[str], since: datetime, until: datetime) -> Grid:
        now, step = self._now(), self._settings.step_seconds
        if wrong := self._settings.too_fine(now - since):
            raise BadInput(f"metrics.step_seconds: a read from {since.isoformat()}: {wrong}")
        return Grid(rows, since, until, step, now - timedelta(seconds=self._settings.late_points * step))

    def _fill(self, grid: Grid, asked: set[Asked]) -> None:
        for batch in chunks(sorted(asked), MOST_QUERIES):
            self._put(grid, batch)

    def _namespaces(self) -> list[str]:
        return sorted({series.namespace for series in self._settings.series})

    def _discovered(self, asgs: Sequence[str]) -> set[Asked]:
        """What any of the ASGs has is asked of all: ListMetrics shows a new one's later than GetMetricData does."""
        found = set()
        for namespace in self._namespaces():
            for asg in asgs:
                found |= {one for listed in self._listed(namespace, asg) for one in self._read_of(namespace, listed)}
        return {one._replace(asg=asg) for one in found if not one.instance for asg in asgs}

    def _listed(self, namespace: str, asg: str, *dimensions: str, **arguments: Any) -> list[dict[str, Any]]:
        return self._aws.pages("cloudwatch", "list_metrics", "Metrics", f"{namespace} of {asg} in {self._region}",
                               Namespace=namespace, **arguments,
                               Dimensions=[{"Name": self._settings.asg_dimension, "Value": asg},
                                           *({"Name": name} for name in dimensions)])

    def _read_of(self, namespace: str, listed: Mapping[str, Any]) -> Iterator[Asked]:
        metric = listed["MetricName"]
        dimensions = {pair["Name"]: pair["Value"] for pair in listed["Dimensions"]}
        dimensions.pop(self._settings.asg_dimension, None)
        instance = dimensions.pop(self._settings.instance_dimension, "")
        series = self._settings.series_of(namespace, metric)
        if not series or not series.names(dimensions) or set(dimensions) & set(self._settings.skip_dimensions):
            return
        pairs = tuple(sorted(dimensions.items()))
        for statistic in series.statistics:
            yield Asked(namespace, metric, pairs, "", statistic, series.name_of(metric, pairs, statistic), instance)

    def _named(self, asgs: Sequence[str], names: Sequence[str]) -> set[Asked]:
        return {Asked(namespace, metric, dimensions, asg, statistic, name) for name in names
                for namespace, metric, dimensions, statistic in self._settings.metrics_of(name) for asg in asgs}

    def _put(self, grid: Grid, batch: Sequence[Asked]) -> None:
        for one, result in self._answers(grid, batch):
            times = [at.timestamp() for at in result["Timestamps"]]
            scale = grid.step if one.statistic in PER_SECOND else 1
            origin = str(one._replace(asg="any ASG", instance=""))
            grid.put(one.instance or one.asg, one.name, origin, times, [value / scale for value in result["Values"]])

    def _answers(self, grid: Grid, batch: Sequence[Asked]) -> Iterator[tuple[Asked, dict[str, Any]]]:
        """Every page of the answer; each query must be complete at the last."""
        start, end = (datetime.fromtimestamp(grid.first + bins * grid.step, UTC) for bins in (0, grid.whole))
        about = (f"{len(batch)} queries, the first: {batch[0]}, in {self._region} from {start.isoformat()} to "
                 f"{end.isoformat()}, period {grid.step} s")
        arguments = {"MetricDataQueries": [self._query(number, one) for number, one in enumerate(batch)],
                     "StartTime": start, "EndTime": end, "ScanBy": "TimestampAscending"}
        status, tokens = dict.fromkeys(range(len(batch)), "no answer"), {""}
        while True:
            page = self._aws.call("cloudwatch", "get_metric_data", about, **arguments)
            if page.get("Messages"):
                raise _failed(Final, _words(page), about)
            for result in page["MetricDataResults"]:
                number = int(result["Id"][1:])
                status[number] = _checked(result, batch[number], about)
                yield batch[number], result
            token = page.get("NextToken") or ""
            if token in tokens:
                break
            tokens.add(token)
            arguments["NextToken"] = token
        if token:
            raise _failed(Retryable, "the same page came twice", about)
        for number, last in status.items():
            if last != "Complete":
                raise _failed(Retryable, f"{last} at the last page: {batch[number]}", about)

    def _query(self, number: int, one: Asked) -> dict[str, Any]:
        own = [(self._settings.instance_dimension, one.instance)] if one.instance else []
        dimensions = sorted([*one.dimensions, (self._settings.asg_dimension, one.asg), *own])
        metric = {"Namespace": one.namespace, "MetricName": one.metric,
                  "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions]}
        return {"Id": f"m{number}", "ReturnData": True, "MetricStat": {
            "Metric": metric, "Period": self._settings.step_seconds, "Stat": one.statistic}}


def _checked(result: Mapping[str, Any], one: Asked, about: str) -> str:
    """The status. PartialData is paged on; everything else than Complete is an error, and so is a message."""
    status = result.get("StatusCode", "no status")
    if status not in {"Complete", "PartialData"} or result.get("Messages"):
        why = ": ".join(filter(None, [status, _words(result), str(one)]))
        raise _failed(Retryable if status == "InternalError" else Final, why, about)
    return status


def _words(answer: Mapping[str, Any]) -> str:
    return "; ".join(f"{said.get('Code', '')}: {said.get('Value', '')}" for said in answer.get("Messages", ()))


def _failed(kind: type[SerinError], why: str, about: str) -> SerinError:
    return kind(f"the metric query failed: {why}. The query: get_metric_data ({about})")
