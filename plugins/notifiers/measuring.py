"""What a task measures while it works: beside its story, at the same moments.

Law 7: nothing here fails a push.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from airflow.sdk import Context

from include.domain.looks import Wait
from include.domain.own_metrics import of_a_step, of_aws
from include.domain.own_metrics.metric import Measured
from include.domain.own_metrics.of_a_step import Waiting
from include.domain.own_metrics.table import DONE, FAILED
from plugins import wiring

log = logging.getLogger("serin.meter")


def tell(ports: wiring.Ports, measure: Callable[..., Iterable[Measured]], *values: Any) -> None:
    try:
        ports.meter.tell(measure(*values))
    except Exception as error:
        log.warning("a metric could not be made: %s", error)


@contextmanager
def aws_measured(ports: wiring.Ports) -> Iterator[None]:
    """What was asked of AWS inside, however it ends."""
    before = wiring.aws_calls(), wiring.aws_trouble()

    def asked() -> Iterable[Measured]:
        calls, trouble = wiring.aws_calls() - before[0], wiring.aws_trouble() - before[1]
        return of_aws.asked(ports.service.service, ports.environment, calls, trouble)

    try:
        yield
    finally:
        tell(ports, asked)


class Measuring:
    """One task's metrics. `undoes` says who wanted a rollback, where the step is one ("" where it is none)."""

    def __init__(self, ports: wiring.Ports, context: Context, since: datetime, undoes: str = ""):
        ti = context["ti"]
        self._place = of_a_step.place(ports.service.service, ports.environment, ports.region, ti.dag_id, ti.task_id)
        self._ports, self._since, self._undoes = ports, since, undoes

    def waits(self, wait: Wait, before: Waiting | None, now: datetime) -> None:
        tell(self._ports, of_a_step.waits, self._place, wait, before, now)

    def done(self, value: Any, waiting: Waiting | None, now: datetime) -> None:
        self.nothing(waiting, now)
        tell(self._ports, of_a_step.done, self._place, value, self._since, now)
        self._rolled_back(DONE)

    def nothing(self, waiting: Waiting | None, now: datetime) -> None:
        """There was nothing to do, or nothing more: nothing is waited for."""
        if waiting:
            tell(self._ports, of_a_step.waited, self._place, waiting, now)

    def failed(self, error: BaseException, waiting: Waiting | None, now: datetime) -> None:
        self.nothing(waiting, now)
        tell(self._ports, of_a_step.failed, self._place, error, self._since, now)
        self._rolled_back(FAILED)

    def again(self, error: BaseException) -> None:
        tell(self._ports, of_a_step.again, self._place, error)

    def _rolled_back(self, end: str) -> None:
        if self._undoes:
            tell(self._ports, of_a_step.rolled_back, self._place, self._undoes, end)
